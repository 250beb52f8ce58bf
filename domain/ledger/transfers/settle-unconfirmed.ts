import { decideUnconfirmed } from "../../decide-transfer";
import type { Ledger } from "../ledger";
import { lockKey } from "./lock-key";
import { settleKey } from "./settle-key";
import { type Settlement, settleTransfer } from "./settle-transfer";
import type { Settling } from "./settling";
import type { UnconfirmedTransfer } from "./unconfirmed-transfers";
import { unsettledTransfers } from "./unsettled-transfers";

/** What a stack does with uploads that nothing confirmed: keep them for a person, or pass them on all the same. */
export type UnconfirmedPolicy = "hold" | "route";

export interface UnconfirmedSettling extends Settling {
  policy: UnconfirmedPolicy;
  waitedSeconds: number;
}

/**
 * Applies the policy to one transfer, unless it was settled meanwhile. An event that did arrive goes first: this is
 * also where a transfer is picked up whose event could not be matched at the time. Whatever the policy, what no scan
 * found clean is held in a stack that scans, and then only what was missing settles it.
 */
export async function settleUnconfirmed(
  ledger: Ledger,
  { id, bucket, objectKey }: UnconfirmedTransfer,
  settling: UnconfirmedSettling,
): Promise<Settlement> {
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, bucket, objectKey);
    const settlement = await settleKey(transaction, bucket, objectKey, settling);
    const transfer = (await unsettledTransfers(transaction, bucket, objectKey)).find((row) => row.id === id);
    if (transfer === undefined || transfer.state !== "received") return settlement;
    const facts = { end: transfer.isComplete ? ("completed" as const) : null, verdict: transfer.verdict };
    await settleTransfer(transaction, transfer, decideUnconfirmed(facts, settling), settling, settlement);
    return settlement;
  });
}
