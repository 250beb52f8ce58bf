import type { Entitlements } from "../../entitlements";
import { requeueDeliveries } from "../deliveries/requeue-deliveries";
import type { Queryable } from "../ledger";
import { cancelDeliveries } from "./cancel-deliveries";
import { claimPartner } from "./claim-partner";
import { lockSubscriptions } from "./lock-subscriptions";
import { renamePartner } from "./rename-partner";

export interface AppliedEntitlements {
  /** The login's user name before, where it had another one or none is left: to be closed elsewhere too. */
  formerUsername: string | null;
  /** Deliveries that ended because their subscription went away. */
  cancelled: number;
  /** Deliveries that now go elsewhere because their subscription does. */
  requeued: number;
  /** The id under which the partner was known until now, where it has another one. */
  formerId: string | null;
}

/**
 * Makes the database say what one partner's files say: the partner has its present id (see {@link renamePartner}) and
 * is active, its login and folders are replaced, destinations and subscriptions that are gone become inactive, and what
 * those subscriptions had not delivered is cancelled, while what others have not delivered goes where they say now. Run it in a transaction. `source` is
 * the resource of the program that asks for it; it is one of the row's until {@link completeSource} makes it the only one.
 *
 * Throws where the id or its files are another organisation's (see {@link claimPartner}), the user name belongs to
 * another partner, a destination has no secret, or a former id cannot become the present one.
 */
export async function applyEntitlements(
  transaction: Queryable,
  entitlements: Entitlements,
  destinationSecrets: Readonly<Record<string, string>>,
  source: string,
): Promise<AppliedEntitlements> {
  const { partner, previously = [] } = entitlements;
  const formerId = await renamePartner(transaction, partner, previously);
  await claimPartner(transaction, entitlements, source, formerId);
  const formerUsername = await replaceLogin(transaction, entitlements);
  await replaceFolders(transaction, entitlements);
  await upsertDestinations(transaction, entitlements, destinationSecrets);
  await upsertSubscriptions(transaction, entitlements);
  const cancelled = await cancelDeliveries(transaction, partner);
  const requeued = await requeueDeliveries(transaction, partner);
  return { formerUsername, formerId, cancelled, requeued };
}

async function replaceLogin(transaction: Queryable, { partner, login }: Entitlements): Promise<string | null> {
  if (login !== null) {
    const { rows } = await transaction.query<{ partner: string }>(
      "SELECT partner FROM login WHERE username = $1 AND partner <> $2",
      [login.username, partner],
    );
    const owner = rows[0]?.partner;
    if (owner !== undefined) {
      throw new Error(
        `user name "${login.username}" belongs to partner ${owner}; give ${partner} another one, or deploy once without ${owner}'s login first`,
      );
    }
  }
  const { rows: former } = await transaction.query<{ username: string }>(
    "DELETE FROM login WHERE partner = $1 RETURNING username",
    [partner],
  );
  if (login !== null) {
    await transaction.query(
      `INSERT INTO login (username, partner, endpoint, password_version, source_addresses, public_keys)
       VALUES ($1, $2, $3, $4, $5::text[]::cidr[], $6)`,
      [login.username, partner, login.endpoint, login.passwordVersion, login.sourceAddresses, login.publicKeys],
    );
  }
  const formerUsername = former[0]?.username ?? null;
  return formerUsername === login?.username ? null : formerUsername;
}

async function replaceFolders(transaction: Queryable, { partner, folders }: Entitlements): Promise<void> {
  await transaction.query("DELETE FROM folder WHERE partner = $1", [partner]);
  await transaction.query(
    `INSERT INTO folder (partner, virtual_path, object_prefix, access, file_group, replicate)
     SELECT $1, "virtualPath", "objectPrefix", access, "fileGroup", replicate
     FROM jsonb_to_recordset($2::jsonb)
       AS wanted ("virtualPath" text, "objectPrefix" text, access text, "fileGroup" text, replicate boolean)`,
    [partner, JSON.stringify(folders)],
  );
}

async function upsertDestinations(
  transaction: Queryable,
  { partner, destinations }: Entitlements,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const wanted = destinations.map((destination) => {
    const secretName = secrets[destination.name];
    if (secretName === undefined) throw new Error(`destination ${partner}/${destination.name} has no secret`);
    return { ...destination, secretName };
  });
  await transaction.query(
    `INSERT INTO destination (id, partner, name, host, port, username, host_keys, authentication, secret_name)
     SELECT $1 || '/' || name, $1, name, host, port, username,
            ARRAY(SELECT jsonb_array_elements_text("hostKeys")), authentication, "secretName"
     FROM jsonb_to_recordset($2::jsonb)
       AS wanted (name text, host text, port integer, username text, "hostKeys" jsonb, authentication text, "secretName" text)
     ON CONFLICT (id) DO UPDATE SET
       host = excluded.host, port = excluded.port, username = excluded.username, host_keys = excluded.host_keys,
       authentication = excluded.authentication, secret_name = excluded.secret_name, active = true`,
    [partner, JSON.stringify(wanted)],
  );
  await transaction.query("UPDATE destination SET active = false WHERE partner = $1 AND active AND name <> ALL ($2)", [
    partner,
    destinations.map(({ name }) => name),
  ]);
}

async function upsertSubscriptions(transaction: Queryable, { partner, subscriptions }: Entitlements): Promise<void> {
  await lockSubscriptions(transaction, partner);
  await transaction.query(
    `INSERT INTO subscription (id, partner, name, file_group, publisher, match, transform, delivery)
     SELECT $1 || '/' || name, $1, name, "fileGroup", publisher, match, transform, delivery
     FROM jsonb_to_recordset($2::jsonb)
       AS wanted (name text, "fileGroup" text, publisher text, match text, transform jsonb, delivery jsonb)
     ON CONFLICT (id) DO UPDATE SET
       file_group = excluded.file_group, publisher = excluded.publisher, match = excluded.match,
       transform = excluded.transform, delivery = excluded.delivery, active = true`,
    [partner, JSON.stringify(subscriptions)],
  );
  await transaction.query("UPDATE subscription SET active = false WHERE partner = $1 AND active AND name <> ALL ($2)", [
    partner,
    subscriptions.map(({ name }) => name),
  ]);
}
