import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import type { Clock } from "../clock";

/** An event as EventBridge hands it to targets. Source: Transfer Family user guide, events detail reference. */
export interface TransferEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: "aws.transfer";
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, string | number>;
}

/** Hands an event to EventBridge's default bus. */
export type PutEvent = (event: TransferEvent) => void | Promise<void>;

/** What was done, and to what: `File Upload`, `Directory Create`. */
export type EventSubject =
  | "File Upload"
  | "File Download"
  | "File Delete"
  | "File Rename"
  | "Directory Create"
  | "Directory Delete";

export interface TransferFailure {
  "failure-code": "PARTIAL_UPLOAD" | "PARTIAL_DOWNLOAD" | "UNKNOWN_ERROR";
  "failure-message": string;
}

export interface TransferEventsOptions {
  account: AwsAccount;
  serverId: string;
  putEvent: PutEvent;
  clock: Clock;
  onFault(error: unknown): void;
}

/** Who did it. */
export interface EventSession {
  username: string;
  sessionId: string;
  clientIp: string;
}

export interface EventOutcome {
  /** When the client's request arrived. */
  began: Date;
  /** What this kind of event says besides: paths, bytes, etag. */
  detail: Record<string, string | number>;
  /** Present: the event is `… Failed`, else `… Completed`. */
  failure?: TransferFailure;
}

/** The events of one server. Putting one does not wait: to clients, events are best effort. */
export class TransferEvents {
  readonly #options: TransferEventsOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: TransferEventsOptions) {
    this.#options = options;
  }

  put(subject: EventSubject, session: EventSession, outcome: EventOutcome): void {
    const event = this.#event(subject, session, outcome);
    const put: Promise<void> = Promise.resolve()
      .then(() => this.#options.putEvent(event))
      .catch(this.#options.onFault)
      .finally(() => this.#underWay.delete(put));
    this.#underWay.add(put);
  }

  /** Resolves when all events that were put have been taken. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #event(subject: EventSubject, session: EventSession, { began, detail, failure }: EventOutcome): TransferEvent {
    const { account, serverId, clock } = this.#options;
    const now = clock.now();
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": `SFTP Server ${subject} ${failure ? "Failed" : "Completed"}`,
      source: "aws.transfer",
      account: account.accountId,
      time: now.toISOString().replace(/\.\d+Z$/, "Z"),
      region: account.region,
      resources: [serverArn(account, serverId)],
      detail: {
        ...failure,
        "status-code": failure ? "FAILED" : "COMPLETED",
        protocol: "SFTP",
        ...detail,
        "client-ip": session.clientIp,
        "server-id": serverId,
        username: session.username,
        "session-id": session.sessionId,
        "start-timestamp": began.toISOString(),
        "end-timestamp": now.toISOString(),
      },
    };
  }
}

export const serverArn = ({ region, accountId }: AwsAccount, serverId: string) =>
  `arn:aws:transfer:${region}:${accountId}:server/${serverId}`;
