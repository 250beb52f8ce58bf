import type { Ledger } from "../ledger";
import { lockKey } from "./lock-key";
import { routeTransfer } from "./route-transfer";
import { type Settlement, settleKey } from "./settle-key";
import type { UnconfirmedTransfer } from "./unconfirmed-transfers";
import { unsettledTransfers } from "./unsettled-transfers";

/** What a stack does with uploads that nothing confirmed: keep them for a person, or pass them on all the same. */
export type UnconfirmedPolicy = "hold" | "route";

/**
 * Applies the policy to one transfer, unless it was settled meanwhile. An event that did arrive goes first: this is
 * also where a transfer is picked up whose event could not be matched at the time.
 */
export async function settleUnconfirmed(
  ledger: Ledger,
  { id, bucket, objectKey }: UnconfirmedTransfer,
  policy: UnconfirmedPolicy,
  waitedSeconds: number,
): Promise<Settlement> {
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, bucket, objectKey);
    const { settled, drains } = await settleKey(transaction, bucket, objectKey);
    const transfer = (await unsettledTransfers(transaction, bucket, objectKey)).find((row) => row.id === id);
    if (transfer === undefined || transfer.state !== "received") return { settled, drains };
    const silence = `nothing confirmed the upload within ${waitedSeconds} s`;
    if (policy === "route") {
      const reason = `${silence}; routed all the same`;
      const routed = await routeTransfer(transaction, transfer, reason);
      settled.push({ transfer, outcome: "routed", reason, deliveries: routed.deliveries });
      return { settled, drains: [...new Set([...drains, ...routed.drains])] };
    }
    await transaction.query("UPDATE transfer SET state = 'held', reason = $2 WHERE id = $1", [id, silence]);
    settled.push({ transfer, outcome: "held", reason: silence, deliveries: 0 });
    return { settled, drains };
  });
}
