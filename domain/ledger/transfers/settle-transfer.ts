import type { TransferDecision } from "../../decide-transfer";
import { findFolder } from "../entitlements/find-folder";
import type { Queryable } from "../ledger";
import { routeTransfer } from "./route-transfer";
import type { Settling } from "./settling";
import type { UnsettledTransfer } from "./unsettled-transfers";

/** What became of one transfer. */
export interface SettledTransfer {
  transfer: UnsettledTransfer;
  outcome: "routed" | "truncated" | "held" | "quarantined";
  reason: string | null;
  deliveries: number;
  /** Deliveries that were not made because a newer version had been sent before. */
  superseded: number;
}

export interface Settlement {
  settled: SettledTransfer[];
  /** Queues that now need a job and have none: submit one for each once the transaction is through. */
  drains: string[];
}

/**
 * Does with a transfer what was decided, and adds what became of it to the settlement. One that is held for the same
 * reason already is left alone. Run it in a transaction that has locked the transfer's key.
 */
export async function settleTransfer(
  transaction: Queryable,
  transfer: UnsettledTransfer,
  decision: NonNullable<TransferDecision> & { reason?: string },
  settling: Settling,
  settlement: Settlement,
): Promise<void> {
  const { state: outcome, reason = null } = decision;
  if (outcome === transfer.state && reason === transfer.reason) return;
  if (outcome === "routed") {
    // First, while nothing is locked but the key: everything that is routed to a destination locks that one's drain.
    await replicateTransfer(transaction, transfer, settling);
    const { deliveries, superseded, drains } = await routeTransfer(transaction, transfer, reason);
    settlement.settled.push({ transfer, outcome, reason, deliveries, superseded });
    settlement.drains.push(...drains.filter((queue) => !settlement.drains.includes(queue)));
    return;
  }
  await transaction.query(
    `UPDATE transfer SET
       state = $2, reason = $3, settled_at = CASE WHEN $2 <> 'held' THEN now() END, untold_since = now()
     WHERE id = $1`,
    [transfer.id, outcome, reason],
  );
  settlement.settled.push({ transfer, outcome, reason, deliveries: 0, superseded: 0 });
}

/** Where its folder wants that. What the partner's files say now counts, not what they said at the upload. */
async function replicateTransfer(
  transaction: Queryable,
  { bucket, objectKey, versionId, sequencer, size, uploadedAt }: UnsettledTransfer,
  { replicate }: Settling,
): Promise<void> {
  if (replicate === null) return;
  const folder = await findFolder(transaction, objectKey);
  if (!folder?.replicate) return;
  const { objectPrefix } = folder;
  await replicate({ kind: "created", bucket, objectKey, objectPrefix, versionId, sequencer, size, uploadedAt });
}
