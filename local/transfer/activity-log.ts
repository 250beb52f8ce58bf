/** One line of the structured log, before it is made JSON. */
export type LogEntry = { "activity-type": ActivityType } & Record<string, string | number | undefined>;

export type ActivityType =
  | "AUTH_FAILURE"
  | "CONNECTED"
  | "DISCONNECTED"
  | "OPEN"
  | "CLOSE"
  | "PARTIAL_CLOSE"
  | "DELETE"
  | "MKDIR"
  | "RMDIR"
  | "RENAME"
  | "SETSTAT"
  | "ERROR";

/** Takes one line of JSON, as CloudWatch Logs would receive it. */
export type Log = (line: string) => void;

/** Writes entries that all have some fields in common: the server, the session. */
export class ActivityLog {
  readonly #log: Log;
  readonly #fields: Record<string, string>;

  constructor(log: Log, fields: Record<string, string>) {
    this.#log = log;
    this.#fields = fields;
  }

  write(entry: LogEntry): void {
    this.#log(JSON.stringify({ ...entry, ...this.#fields }));
  }

  with(fields: Record<string, string>): ActivityLog {
    return new ActivityLog(this.#log, { ...this.#fields, ...fields });
  }
}
