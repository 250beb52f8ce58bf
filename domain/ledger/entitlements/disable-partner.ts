import type { Queryable } from "../ledger";
import { cancelDeliveries } from "./cancel-deliveries";
import { lockSubscriptions } from "./lock-subscriptions";

export interface DisabledPartner {
  outcome: "disabled";
  /** The id that it has in the database. */
  partner: string;
  /** The login's user name, if it still had one. */
  username: string | null;
  cancelled: number;
}

/** The partner does not come from that source (any more), so nothing was changed. */
export interface SupersededSource {
  outcome: "superseded";
  /** Who keeps its access, by id, and what it comes from; null where nobody active has that original id. */
  kept: { partner: string; sources: string[] } | null;
}

/**
 * Ends a partner's access and its subscriptions, and keeps everything else: folders, files, history. Run it in a
 * transaction. The partner is found by its original id, which no rename changes: a rename may have come as far as the
 * database and no further, and then the program still says the former id.
 */
export async function disablePartner(
  transaction: Queryable,
  originalId: string,
  source: string,
): Promise<DisabledPartner | SupersededSource> {
  const { rows } = await transaction.query<{ id: string }>(
    `UPDATE partner SET state = 'disabled', updated_at = now() FROM object_root
     WHERE object_root.root = $1 AND partner.id = object_root.partner
       AND ($2 = ANY (partner.sources) OR cardinality(partner.sources) = 0)
     RETURNING partner.id`,
    [originalId, source],
  );
  const partner = rows[0]?.id;
  if (partner === undefined) return { outcome: "superseded", kept: await activePartner(transaction, originalId) };
  const { rows: logins } = await transaction.query<{ username: string }>(
    "DELETE FROM login WHERE partner = $1 RETURNING username",
    [partner],
  );
  await transaction.query("UPDATE destination SET active = false WHERE partner = $1 AND active", [partner]);
  await lockSubscriptions(transaction, partner);
  await transaction.query("UPDATE subscription SET active = false WHERE partner = $1 AND active", [partner]);
  const cancelled = await cancelDeliveries(transaction, partner);
  return { outcome: "disabled", partner, username: logins[0]?.username ?? null, cancelled };
}

async function activePartner(transaction: Queryable, originalId: string): Promise<SupersededSource["kept"]> {
  const { rows } = await transaction.query<{ partner: string; sources: string[] }>(
    `SELECT partner.id AS partner, partner.sources FROM partner JOIN object_root ON object_root.partner = partner.id
     WHERE object_root.root = $1 AND partner.state = 'active'`,
    [originalId],
  );
  return rows[0] ?? null;
}
