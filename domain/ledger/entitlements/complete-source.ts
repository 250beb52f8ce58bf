import type { Queryable } from "../ledger";

/** Everything that the source asks for is done, in and outside the database: the partner comes from it alone. */
export async function completeSource(ledger: Queryable, partner: string, source: string): Promise<void> {
  await ledger.query("UPDATE partner SET sources = ARRAY[$2] WHERE id = $1", [partner, source]);
}
