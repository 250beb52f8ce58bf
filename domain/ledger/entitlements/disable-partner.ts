import type { Queryable } from "../ledger";
import { cancelDeliveries } from "./cancel-deliveries";
import { lockSubscriptions } from "./lock-subscriptions";

export interface DisabledPartner {
  /** The login's user name, if it still had one. */
  username: string | null;
  cancelled: number;
}

/**
 * Ends a partner's access and its subscriptions, and keeps everything else: folders, files, history. Run it in a
 * transaction. Null: the partner does not come from `input` (any more), so nothing was changed.
 */
export async function disablePartner(
  transaction: Queryable,
  partner: string,
  input: string,
): Promise<DisabledPartner | null> {
  const { rowCount } = await transaction.query(
    "UPDATE partner SET state = 'disabled', updated_at = now() WHERE id = $1 AND $2 = ANY (inputs)",
    [partner, input],
  );
  if (rowCount === 0) return null;
  const { rows } = await transaction.query<{ username: string }>(
    "DELETE FROM login WHERE partner = $1 RETURNING username",
    [partner],
  );
  await transaction.query("UPDATE destination SET active = false WHERE partner = $1 AND active", [partner]);
  await lockSubscriptions(transaction, partner);
  await transaction.query("UPDATE subscription SET active = false WHERE partner = $1 AND active", [partner]);
  return { username: rows[0]?.username ?? null, cancelled: await cancelDeliveries(transaction, partner) };
}
