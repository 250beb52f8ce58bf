import type { SubmitDrainJob } from "../../adapters/drain-jobs";
import type { log } from "../../adapters/log";
import type { PublishNotification } from "../../adapters/notifications";
import { reportSettled } from "../../adapters/report-settled";
import { startDrains } from "../../adapters/start-drains";
import { takeOrphanedDrains } from "../../domain/ledger/drains";
import type { Ledger } from "../../domain/ledger/ledger";
import { settleUnconfirmed, type UnconfirmedPolicy } from "../../domain/ledger/transfers/settle-unconfirmed";
import { type UnconfirmedTransfer, unconfirmedTransfers } from "../../domain/ledger/transfers/unconfirmed-transfers";

export interface SweepDependencies {
  ledger: Ledger;
  submitDrainJob: SubmitDrainJob;
  publish: PublishNotification;
  unconfirmedAfterSeconds: number;
  unconfirmedPolicy: UnconfirmedPolicy;
  log: typeof log;
}

export interface SweepCounts {
  /** Queues that had no job at work and got one. */
  drainsStarted: number;
  held: number;
  /** Routed, whether by the policy or because their event was there after all. */
  routed: number;
  truncated: number;
}

/** How many unconfirmed transfers one run settles; the next run takes the rest. */
const atOnce = 1000;

/**
 * Picks up what events and crashes left behind: queues whose job fell silent, and uploads that nothing confirmed.
 * Everything is tried, whatever fails on the way; then the function fails, so that its alarm rings.
 */
export async function sweep(dependencies: SweepDependencies): Promise<SweepCounts> {
  const counts: SweepCounts = { drainsStarted: 0, held: 0, routed: 0, truncated: 0 };
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void failures.push(error));
  // Transfers first: what they start is no orphan then.
  for (const transfer of await unsettled(dependencies, failures)) {
    await attempt(settleTransfer(transfer, dependencies, counts));
  }
  await attempt(restartDrains(dependencies, counts));
  dependencies.log("info", "sweep done", { ...counts, failures: failures.length });
  if (failures.length === 0) return counts;
  const error = new AggregateError(failures, `${failures.length} parts of the sweep failed`);
  dependencies.log("error", "sweep failed", { error });
  throw error;
}

async function unsettled(
  { ledger, unconfirmedAfterSeconds }: SweepDependencies,
  failures: unknown[],
): Promise<UnconfirmedTransfer[]> {
  return unconfirmedTransfers(ledger, unconfirmedAfterSeconds, atOnce).catch((error: unknown) => {
    failures.push(error);
    return [];
  });
}

async function settleTransfer(
  transfer: UnconfirmedTransfer,
  dependencies: SweepDependencies,
  counts: SweepCounts,
): Promise<void> {
  const { ledger, submitDrainJob, unconfirmedAfterSeconds, unconfirmedPolicy } = dependencies;
  const { settled, drains } = await settleUnconfirmed(ledger, transfer, unconfirmedPolicy, unconfirmedAfterSeconds);
  for (const { outcome } of settled) counts[outcome] += 1;
  await reportSettled(settled, dependencies);
  counts.drainsStarted += (await startDrains(ledger, submitDrainJob, drains)).length;
}

async function restartDrains(dependencies: SweepDependencies, counts: SweepCounts): Promise<void> {
  const { ledger, submitDrainJob, log } = dependencies;
  const queues = await ledger.transaction(takeOrphanedDrains);
  if (queues.length > 0) log("warn", "queues without a job", { queues });
  counts.drainsStarted += (await startDrains(ledger, submitDrainJob, queues)).length;
}
