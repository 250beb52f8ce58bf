import type { Queryable } from "../ledger";
import type { UntoldTransfer } from "./untold-transfers";

/** The publisher has been told what became of the transfer. What has become of it since is news of its own. */
export async function markTold(ledger: Queryable, { id, state, reason }: UntoldTransfer): Promise<void> {
  await ledger.query(
    "UPDATE transfer SET untold_since = NULL WHERE id = $1 AND state = $2 AND reason IS NOT DISTINCT FROM $3",
    [id, state, reason],
  );
}
