import type { Ledger } from "../domain/ledger/ledger";
import type { Log } from "./log";
import { type Shutdown, shutdownOnSigterm } from "./shutdown";

/** What every job runs with. */
export interface Running {
  ledger: Ledger;
  log: Log;
  shutdown: Shutdown;
}

/**
 * Runs a job to its end and exits: 0 if the queue is drained, 1 if the job was stopped or failed, so that Batch tries
 * again.
 */
export async function runJob(
  ledger: Ledger,
  log: Log,
  job: (running: Running) => Promise<"drained" | "stopped">,
): Promise<never> {
  let code = 1;
  try {
    const outcome = await job({ ledger, log, shutdown: shutdownOnSigterm() });
    log("info", outcome === "drained" ? "queue drained" : "job stopped");
    code = outcome === "drained" ? 0 : 1;
  } catch (error) {
    log("error", "job failed", { error });
  }
  await ledger.close().catch(() => {});
  // A socket that the other side keeps half open must not keep a paid container alive.
  process.exit(code);
}
