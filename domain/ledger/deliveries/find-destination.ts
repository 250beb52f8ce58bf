import type { Queryable } from "../ledger";

/** A subscriber's SFTP server. */
export interface PushDestination {
  /** `partner/name`. */
  id: string;
  host: string;
  port: number;
  username: string;
  /** The pinned keys, OpenSSH one-line. */
  hostKeys: string[];
  authentication: "password" | "key";
  /** The secret that holds the password or key. */
  secretName: string;
}

/** The destination with this id; null where there is none, or it left the partner's files. */
export async function findDestination(ledger: Queryable, id: string): Promise<PushDestination | null> {
  const { rows } = await ledger.query<PushDestination>(
    `SELECT id, host, port, username, host_keys AS "hostKeys", authentication, secret_name AS "secretName"
     FROM destination WHERE id = $1 AND active`,
    [id],
  );
  return rows[0] ?? null;
}
