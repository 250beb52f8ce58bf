import type { Queryable } from "../ledger";
import { type Claim, LeaseLost } from "./lease";

/**
 * The file has arrived as `deliveredAs` (a remote path or an object key). Where it was the original that was sent, its
 * transfer learns its hash, too.
 *
 * @throws {LeaseLost}
 */
export async function markDelivered(
  ledger: Queryable,
  { delivery, stage, owner }: Claim,
  { deliveredAs, size, sha256 }: { deliveredAs: string; size: number; sha256: string },
): Promise<void> {
  const { rowCount } = await ledger.query(
    `WITH delivered AS (
       UPDATE delivery SET
         state = 'delivered', delivered_as = $4, size = $5, sha256 = $6, delivered_at = now(), reason = NULL,
         renaming_to = NULL, renaming_server = NULL, renaming_from = NULL, renaming_modified_at = NULL,
         lease_owner = NULL, lease_until = NULL
       WHERE id = $1 AND state = $2 AND lease_owner = $3
       RETURNING id, transfer, object_key, version_id
     ), hashed AS (
       UPDATE transfer SET sha256 = $6
       FROM delivered
       WHERE transfer.id = delivered.transfer AND transfer.sha256 IS NULL
         AND transfer.object_key = delivered.object_key AND transfer.version_id = delivered.version_id
     )
     SELECT FROM delivered`,
    [delivery, stage.claimed, owner, deliveredAs, size, sha256],
  );
  if (rowCount !== 1) throw new LeaseLost(delivery);
}
