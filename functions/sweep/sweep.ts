import type { SubmitDrainJob } from "../../adapters/drain-jobs";
import type { log } from "../../adapters/log";
import type { PublishNotification } from "../../adapters/notifications";
import { reportSettled } from "../../adapters/report-settled";
import { startDrains } from "../../adapters/start-drains";
import { tellPublisher } from "../../adapters/tell-publisher";
import type { WaitingJobs } from "../../adapters/waiting-jobs";
import { requeueDeliveries } from "../../domain/ledger/deliveries/requeue-deliveries";
import { cancelDeliveries } from "../../domain/ledger/entitlements/cancel-deliveries";
import type { Ledger } from "../../domain/ledger/ledger";
import { overduePlacements } from "../../domain/ledger/placements/overdue-placements";
import { type PlacedVersion, releasePlacement } from "../../domain/ledger/placements/release-placement";
import { lockKey } from "../../domain/ledger/transfers/lock-key";
import { settleUnconfirmed, type UnconfirmedPolicy } from "../../domain/ledger/transfers/settle-unconfirmed";
import type { Settling } from "../../domain/ledger/transfers/settling";
import { type UnconfirmedTransfer, unconfirmedTransfers } from "../../domain/ledger/transfers/unconfirmed-transfers";
import { untoldTransfers } from "../../domain/ledger/transfers/untold-transfers";
import { restartDrains } from "./restart-drains";

export interface SweepDependencies extends Settling {
  ledger: Ledger;
  submitDrainJob: SubmitDrainJob;
  waitingJobs: WaitingJobs;
  publish: PublishNotification;
  unconfirmedAfterSeconds: number;
  unconfirmedPolicy: UnconfirmedPolicy;
  /** Until the function is stopped. */
  millisecondsLeft: () => number;
  log: typeof log;
}

export interface SweepCounts {
  /** Queues that had no job at work and got one. */
  drainsStarted: number;
  held: number;
  /** Routed, whether by the policy or because their event was there after all. */
  routed: number;
  truncated: number;
  quarantined: number;
  /** Deliveries of subscriptions that went away while a job was working on them. */
  cancelled: number;
  /** Deliveries whose subscription got another destination while a job was working on them. */
  requeued: number;
  /** Placed files that wait for a malware scan to find them clean, and have now waited too long. */
  unscanned: number;
}

/** How many unconfirmed transfers one run settles at most; the next run takes the rest. */
const atOnce = 1000;

/** Longer than a router takes to tell what it settled, in seconds: otherwise, both would. */
const untoldAfterSeconds = 120;

/** What is begun takes less than this to finish, in milliseconds. */
const enough = 15_000;

/**
 * Picks up what events and crashes left behind: queues whose job fell silent, deliveries whose subscription went away,
 * or elsewhere, while a job had them, uploads that nothing confirmed, and news that their publishers did not get.
 * Everything is tried, whatever fails on the way; then the function fails, so that its alarm rings. What there is no
 * time for is left to the next run.
 */
export async function sweep(dependencies: SweepDependencies): Promise<SweepCounts> {
  const { ledger, unconfirmedAfterSeconds } = dependencies;
  const settled = { held: 0, routed: 0, truncated: 0, quarantined: 0 };
  const counts = { ...settled, drainsStarted: 0, unscanned: 0, cancelled: 0, requeued: 0 };
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void failures.push(error));
  const found = <Row>(rows: Promise<Row[]>) =>
    rows.catch((error: unknown): Row[] => {
      failures.push(error);
      return [];
    });
  const hasTime = () => dependencies.millisecondsLeft() > enough;
  // Transfers last: they take long, and a flood of one partner's must not keep the others' files waiting.
  await attempt(settleLeftovers(dependencies, counts));
  await attempt(restartDrains(dependencies, { counts, failures, hasTime }));
  for (const placed of await found(overduePlacements(ledger, dependencies, unconfirmedAfterSeconds, atOnce))) {
    await attempt(settlePlacement(placed, dependencies, counts));
  }
  for (const transfer of await found(untoldTransfers(ledger, untoldAfterSeconds, atOnce))) {
    if (!hasTime()) break;
    await attempt(tellPublisher(transfer, dependencies));
  }
  for (const transfer of await found(unconfirmedTransfers(ledger, unconfirmedAfterSeconds, atOnce))) {
    if (!hasTime()) break;
    await attempt(settleTransfer(transfer, dependencies, counts));
  }
  dependencies.log("info", "sweep done", { ...counts, failures: failures.length });
  if (failures.length === 0) return counts;
  const error = new AggregateError(failures, `${failures.length} parts of the sweep failed`);
  dependencies.log("error", "sweep failed", { error });
  throw error;
}

/** A stack that no longer scans passes it on; in any other, somebody has to look. */
async function settlePlacement(
  placed: PlacedVersion,
  dependencies: SweepDependencies,
  counts: SweepCounts,
): Promise<void> {
  if (dependencies.scan !== "none") {
    counts.unscanned += 1;
    dependencies.log("error", "no malware scan found a placed file clean", { ...placed });
    return;
  }
  await dependencies.ledger.transaction(async (transaction) => {
    await lockKey(transaction, placed.bucket, placed.objectKey);
    await releasePlacement(transaction, placed, dependencies);
  });
}

async function settleTransfer(
  transfer: UnconfirmedTransfer,
  dependencies: SweepDependencies,
  counts: SweepCounts,
): Promise<void> {
  const { ledger, submitDrainJob, scan, replicate } = dependencies;
  const [policy, waitedSeconds] = [dependencies.unconfirmedPolicy, dependencies.unconfirmedAfterSeconds];
  const settling = { scan, replicate, policy, waitedSeconds };
  const { settled, drains } = await settleUnconfirmed(ledger, transfer, settling);
  for (const { outcome } of settled) counts[outcome] += 1;
  await reportSettled(settled, dependencies);
  counts.drainsStarted += (await startDrains(ledger, submitDrainJob, drains)).length;
}

async function settleLeftovers({ ledger, log }: SweepDependencies, counts: SweepCounts): Promise<void> {
  counts.cancelled = await cancelDeliveries(ledger, null);
  if (counts.cancelled > 0) log("warn", "deliveries cancelled", { cancelled: counts.cancelled });
  counts.requeued = await requeueDeliveries(ledger, null);
  if (counts.requeued > 0) log("info", "deliveries go elsewhere", { requeued: counts.requeued });
}
