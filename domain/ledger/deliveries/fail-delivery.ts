import type { Queryable } from "../ledger";
import { type Claim, LeaseLost } from "./lease";

/**
 * The delivery needs a person. What is noted of a rename stays, for the attempt that the person may order; unless
 * `isUncertain`: then the person has found out before ordering it, and the file is to be sent.
 *
 * @throws {LeaseLost}
 */
export async function failDelivery(
  ledger: Queryable,
  { delivery, stage, owner }: Claim,
  { reason, isUncertain = false }: { reason: string; isUncertain?: boolean },
): Promise<void> {
  const { rowCount } = await ledger.query(
    `UPDATE delivery SET
       state = 'failed', reason = $4, lease_owner = NULL, lease_until = NULL,
       renaming_to = CASE WHEN NOT $5 THEN renaming_to END
     WHERE id = $1 AND state = $2 AND lease_owner = $3`,
    [delivery, stage.claimed, owner, reason, isUncertain],
  );
  if (rowCount !== 1) throw new LeaseLost(delivery);
}
