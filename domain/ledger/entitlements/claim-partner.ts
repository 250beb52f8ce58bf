import { type Entitlements, originalIdOf } from "../../entitlements";
import type { Queryable } from "../ledger";

/**
 * Writes the partner's own row, and that the objects under its original id are its own. Run it in a transaction, after
 * {@link renamePartner}, whose answer `formerId` is.
 *
 * What a removed partner had stays under its id, and comes back with it. So this throws where that id would now be
 * somebody else's, as far as the name tells, and where the objects under it are those of a partner that was renamed.
 * An id that `previously` takes over was declared, whatever the name.
 */
export async function claimPartner(
  transaction: Queryable,
  entitlements: Entitlements,
  source: string,
  formerId: string | null,
): Promise<void> {
  const { partner, name } = entitlements;
  if (formerId === null) await refuseSuccessor(transaction, entitlements);
  await transaction.query(
    `INSERT INTO partner (id, name, sources) VALUES ($1, $2, ARRAY[$3])
     ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, state = 'active', updated_at = now(),
       sources = array_remove(partner.sources, $3) || $3`,
    [partner, name, source],
  );
  await claimRoot(transaction, entitlements);
}

async function refuseSuccessor(transaction: Queryable, { partner, name }: Entitlements): Promise<void> {
  const { rows } = await transaction.query<{ name: string }>(
    "SELECT name FROM partner WHERE id = $1 AND state = 'disabled' AND name <> $2 FOR UPDATE",
    [partner, name],
  );
  const former = rows[0]?.name;
  if (former === undefined) return;
  throw new Error(
    `"${partner}" was ${former}, which was removed; its files and history are still under that id. Give ${name} another id. If it is the same organisation, deploy it once with \`name: ${former}\`, and change the name after that`,
  );
}

async function claimRoot(transaction: Queryable, entitlements: Entitlements): Promise<void> {
  const { partner, name } = entitlements;
  const root = originalIdOf(entitlements);
  await transaction.query("INSERT INTO object_root (root, partner) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    root,
    partner,
  ]);
  // A second statement: it sees whose claim the first had to wait for.
  const { rows } = await transaction.query<{ id: string; name: string }>(
    `SELECT partner.id, partner.name FROM object_root JOIN partner ON partner.id = object_root.partner
     WHERE root = $1 AND partner.id <> $2`,
    [root, partner],
  );
  const [owner] = rows;
  if (owner === undefined) return;
  throw new Error(
    `the files under "${root}/" are those of ${owner.name}, which was "${root}" before it became "${owner.id}". Give ${name} another id. If it is the same organisation, list its former ids in \`previously\`, "${root}" first and "${owner.id}" last`,
  );
}
