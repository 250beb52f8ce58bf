import type { FolderEntitlement } from "../../entitlements";
import type { Queryable } from "../ledger";

/** A login of the partner endpoint, of a partner that is active. */
export interface PartnerLogin {
  username: string;
  partner: string;
  hasPassword: boolean;
  /** OpenSSH one-line public keys. */
  publicKeys: string[];
  /** CIDR blocks; empty: from anywhere. */
  sourceAddresses: string[];
  /** Sorted by `virtualPath`. */
  folders: FolderEntitlement[];
}

/** The login with this user name; null where there is none, or it is of the internal endpoint, or its partner disabled. */
export async function findLogin(ledger: Queryable, username: string): Promise<PartnerLogin | null> {
  const { rows } = await ledger.query<PartnerLogin>(
    `SELECT login.username, login.partner, login.password_version IS NOT NULL AS "hasPassword",
            login.public_keys AS "publicKeys", login.source_addresses::text[] AS "sourceAddresses",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('virtualPath', virtual_path, 'objectPrefix', object_prefix,
                      'access', access, 'fileGroup', file_group, 'replicate', replicate) ORDER BY virtual_path), '[]')
             FROM folder WHERE folder.partner = login.partner) AS folders
     FROM login JOIN partner ON partner.id = login.partner
     WHERE login.username = $1 AND login.endpoint = 'partner' AND partner.state = 'active'`,
    [username],
  );
  return rows[0] ?? null;
}
