import type { Clock } from "../clock";
import type { ActivityLog, LogEntry } from "./activity-log";
import type { EventOutcome, EventSession, EventSubject, TransferEvents } from "./transfer-events";

/** What one session leaves behind: lines in the log and events. */
export class SessionRecord {
  readonly #session: EventSession;
  readonly #log: ActivityLog;
  readonly #events: TransferEvents;
  readonly #clock: Clock;

  constructor(session: EventSession, log: ActivityLog, events: TransferEvents, clock: Clock) {
    this.#session = session;
    this.#log = log;
    this.#events = events;
    this.#clock = clock;
  }

  now(): Date {
    return this.#clock.now();
  }

  log(entry: LogEntry): void {
    this.#log.write(entry);
  }

  event(subject: EventSubject, outcome: EventOutcome): void {
    this.#events.put(subject, this.#session, outcome);
  }
}

/** An object's path as logs and events write it. */
export const filePath = (bucket: string, key: string): string => (key === "" ? `/${bucket}` : `/${bucket}/${key}`);
