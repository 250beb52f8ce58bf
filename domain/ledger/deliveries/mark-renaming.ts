import type { Queryable } from "../ledger";
import { type Claim, LeaseLost } from "./lease";

/**
 * Notes, right before the file is put into place, where it will be (`to`), and what was read (`sha256`, hex). After a
 * crash the next attempt can tell by it whether the file arrived. `to` null: the attempt starts anew.
 *
 * @throws {LeaseLost} The file must then be left alone.
 */
export async function markRenaming(
  ledger: Queryable,
  { delivery, stage, owner }: Claim,
  { to, sha256 }: { to: string | null; sha256?: string },
): Promise<void> {
  const { rowCount } = await ledger.query(
    `UPDATE delivery SET renaming_to = $4, sha256 = coalesce(sha256, $5)
     WHERE id = $1 AND state = $2 AND lease_owner = $3`,
    [delivery, stage.claimed, owner, to, sha256 ?? null],
  );
  if (rowCount !== 1) throw new LeaseLost(delivery);
}
