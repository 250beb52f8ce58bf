import type { Queryable } from "../ledger";
import type { Stage } from "./stage";

/** A job that has to stop gives back what it claimed, as if it had never tried. Returns how many. */
export async function releaseDeliveries(
  ledger: Queryable,
  { stage, owner, reason }: { stage: Stage; owner: string; reason: string },
): Promise<number> {
  const { rowCount } = await ledger.query(
    `UPDATE delivery SET
       state = $3, attempts = attempts - 1, next_attempt_at = now(), reason = $4, lease_owner = NULL, lease_until = NULL
     WHERE lease_owner = $1 AND state = $2`,
    [owner, stage.claimed, stage.idle, reason],
  );
  return rowCount ?? 0;
}
