import type { RecentLog } from "./console/recent-log";
import type { Terminal } from "./console/terminal";
import type { Demonstration } from "./service/demonstration";
import type { StartOptions } from "./start-options";

/** One `npm start`: what its parts share. */
export interface Session {
  options: StartOptions;
  terminal: Terminal;
  demonstration: Demonstration;
  log: RecentLog;
  /** Aborts when the session is to end. */
  signal: AbortSignal;
}
