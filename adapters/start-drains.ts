import { recordDrainJob, releaseDrain } from "../domain/ledger/drains";
import type { Queryable } from "../domain/ledger/ledger";
import type { SubmitDrainJob } from "./drain-jobs";

/** Well below the 50 jobs a second that Batch takes. */
const atOnce = 10;

/**
 * Submits a job for each queue for which `requestDrain` said so, after that transaction is through, and notes it in
 * the ledger. One failure does not stop the others; what failed is left to the next sweep, and reported in one
 * `AggregateError` at the end.
 */
export async function startDrains(
  ledger: Queryable,
  submit: SubmitDrainJob,
  queues: readonly string[],
): Promise<{ queue: string; jobId: string }[]> {
  const started: { queue: string; jobId: string }[] = [];
  const failures: Error[] = [];
  const waiting = [...queues];
  const work = async () => {
    for (let queue = waiting.shift(); queue !== undefined; queue = waiting.shift()) {
      try {
        const jobId = await submit(queue);
        await recordDrainJob(ledger, queue, jobId);
        started.push({ queue, jobId });
      } catch (error) {
        failures.push(new Error(`no job could be started for ${queue}`, { cause: error }));
        // Best effort: without it, the sweep waits for the lease to end.
        await releaseDrain(ledger, queue).catch(() => {});
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join("; "));
  return started;
}
