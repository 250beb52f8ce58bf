import { DeliveryFailure } from "../domain/delivery-failure";
import type { ClaimedDelivery } from "../domain/ledger/deliveries/claim-deliveries";
import { failDelivery } from "../domain/ledger/deliveries/fail-delivery";
import { failQueue } from "../domain/ledger/deliveries/fail-queue";
import { LeaseLost } from "../domain/ledger/deliveries/lease";
import { retryLater } from "../domain/ledger/deliveries/retry-later";
import { retryQueueLater } from "../domain/ledger/deliveries/retry-queue-later";
import type { Stage } from "../domain/ledger/deliveries/stage";
import type { Queryable } from "../domain/ledger/ledger";
import type { Log } from "./log";
import type { TellPartner } from "./tell-partner";

export interface FailureSettlement {
  ledger: Queryable;
  queue: string;
  stage: Stage;
  owner: string;
  mostAttempts: number;
  /** Seconds to wait after the failed attempt with this number, from 1. */
  retryDelay: (attempt: number) => number;
  tell: TellPartner;
  log: Log;
  /** Once it fires, what still breaks breaks because the job lets go, and is given back instead of counted. */
  abandoning: AbortSignal;
}

/**
 * Writes a failed attempt into the ledger: later, failed, or, where the whole destination is concerned, the same for
 * everything that waits for it, with one notification instead of thousands.
 *
 * @throws What is no failure of a delivery, after noting it there: the job cannot go on.
 */
export function settleFailure(settlement: FailureSettlement) {
  // Every delivery in flight meets the same failed connection; it is settled once, for all of them.
  const ofDestination = new WeakMap<DeliveryFailure, Promise<void>>();
  return async (delivery: ClaimedDelivery, error: unknown): Promise<void> => {
    if (settlement.abandoning.aborted) return;
    try {
      if (error instanceof LeaseLost) {
        settlement.log("warn", "claim lost", { delivery: delivery.id });
      } else if (!(error instanceof DeliveryFailure)) {
        await settleUnexpected(settlement, delivery, error);
      } else if (error.reach === "delivery") {
        await settleOne(settlement, delivery, error);
      } else {
        const settled = ofDestination.get(error) ?? settleAll(settlement, delivery, error);
        ofDestination.set(error, settled);
        await settled;
      }
    } catch (failure) {
      if (!(failure instanceof LeaseLost)) throw failure;
      settlement.log("warn", "claim lost", { delivery: delivery.id });
    }
  };
}

async function settleOne(settlement: FailureSettlement, delivery: ClaimedDelivery, failure: DeliveryFailure) {
  const { ledger, stage, owner, mostAttempts, retryDelay, log, tell } = settlement;
  const claim = { delivery: delivery.id, stage, owner };
  let { message: reason, forPartner } = failure;
  if (failure.canPass) {
    const delaySeconds = retryDelay(delivery.attempts);
    const outcome = await retryLater(ledger, claim, { reason, delaySeconds, mostAttempts });
    if (outcome === "cancelled") {
      log("warn", "delivery cancelled", { delivery: delivery.id, attempt: delivery.attempts, reason });
      return;
    }
    if (outcome === "later") {
      log("warn", "delivery attempt failed", {
        delivery: delivery.id,
        attempt: delivery.attempts,
        reason,
        delaySeconds,
      });
      return;
    }
    const gaveUp = `gave up after ${delivery.attempts} attempts: `;
    reason = gaveUp + reason;
    forPartner = gaveUp + forPartner;
  } else {
    await failDelivery(ledger, claim, { reason, isUncertain: failure.isUncertain });
  }
  log("error", "delivery failed", { delivery: delivery.id, partner: delivery.partner, reason });
  await tell(delivery, failed(delivery, forPartner));
}

async function settleAll(settlement: FailureSettlement, delivery: ClaimedDelivery, failure: DeliveryFailure) {
  const { ledger, queue, stage, owner, mostAttempts, retryDelay, log, tell } = settlement;
  const reason = failure.message;
  const folder = failure.reach === "folder" && delivery.delivery.kind === "push" ? delivery.delivery.remotePath : null;
  const delays = Array.from({ length: mostAttempts }, (_, i) => retryDelay(i + 1));
  const ids = failure.canPass
    ? await retryQueueLater(ledger, { queue, stage, owner, reason, delays, mostAttempts })
    : await failQueue(ledger, { queue, stage, owner, reason, folder });
  if (failure.canPass) log("warn", "destination failed for now", { queue, attempt: delivery.attempts, reason });
  if (ids.length === 0) return;
  log("error", "deliveries failed", { queue, partner: delivery.partner, deliveries: ids.length, reason });
  const others = ids.length - 1;
  const beside = others > 0 ? ` (and ${others} more ${others === 1 ? "delivery" : "deliveries"} of ${queue})` : "";
  await tell(delivery, failed(delivery, `${failure.forPartner}${beside}`));
}

async function settleUnexpected(settlement: FailureSettlement, delivery: ClaimedDelivery, error: unknown) {
  const reason = `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
  // The error itself is what the job ends with, whether or not the ledger could still be told.
  await settleOne(settlement, delivery, new DeliveryFailure(reason, { canPass: true })).catch(() => {});
  throw error;
}

function failed(delivery: ClaimedDelivery, reason: string) {
  const { finalName, size, sha256 } = delivery;
  return { event: "delivery.failed" as const, deliveredAs: finalName, size, sha256, reason };
}
