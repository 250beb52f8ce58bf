import { startDrains } from "../../adapters/start-drains";
import { forgetDrainJobs, type OrphanedDrain, takeOrphanedDrains } from "../../domain/ledger/drains";
import type { SweepCounts, SweepDependencies } from "./sweep";

/** As many as Batch describes at once. */
const atOnce = 100;

/**
 * Sends a job to each queue that has work and nobody on it. Where its job waits for capacity, it has one: another would
 * only take a place in the line, and the queue another lease. Adds what failed to the failures and goes on.
 */
export async function restartDrains(
  dependencies: SweepDependencies,
  { counts, failures, hasTime }: { counts: SweepCounts; failures: unknown[]; hasTime: () => boolean },
): Promise<void> {
  const { ledger, submitDrainJob, log } = dependencies;
  let after = "";
  while (hasTime()) {
    const orphaned = await ledger.transaction((transaction) =>
      takeOrphanedDrains(transaction, { after, limit: atOnce }),
    );
    const last = orphaned.at(-1);
    if (last === undefined) return;
    after = last.queue;
    try {
      const silent = await withoutWaitingJob(orphaned, dependencies, failures);
      if (silent.length === 0) continue;
      const queues = silent.map(({ queue }) => queue);
      log("warn", "queues without a job", { queues });
      await forgetDrainJobs(ledger, silent);
      counts.drainsStarted += (await startDrains(ledger, submitDrainJob, queues)).length;
    } catch (error) {
      failures.push(error);
    }
  }
}

async function withoutWaitingJob(
  orphaned: readonly OrphanedDrain[],
  { waitingJobs, log }: SweepDependencies,
  failures: unknown[],
): Promise<OrphanedDrain[]> {
  const jobIds = orphaned.flatMap(({ jobId }) => jobId ?? []);
  // Not knowing is no reason to leave files lying: at worst, two jobs share a queue.
  const waiting = await waitingJobs(jobIds).catch((error: unknown): ReadonlySet<string> => {
    failures.push(error);
    return new Set();
  });
  const isWaiting = ({ jobId }: OrphanedDrain) => jobId !== null && waiting.has(jobId);
  const queues = orphaned.filter(isWaiting).map(({ queue }) => queue);
  if (queues.length > 0) log("warn", "queues whose job has not been started yet", { queues });
  return orphaned.filter((drain) => !isWaiting(drain));
}
