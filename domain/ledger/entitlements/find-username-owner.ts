import type { Queryable } from "../ledger";

/** The partner whose login has this user name; null where none has. */
export async function findUsernameOwner(ledger: Queryable, username: string): Promise<string | null> {
  const { rows } = await ledger.query<{ partner: string }>("SELECT partner FROM login WHERE username = $1", [username]);
  return rows[0]?.partner ?? null;
}
