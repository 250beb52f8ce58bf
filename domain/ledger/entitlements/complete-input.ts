import type { Queryable } from "../ledger";

/** Everything that the input asks for is done, in and outside the database: the partner comes from it alone. */
export async function completeInput(ledger: Queryable, partner: string, input: string): Promise<void> {
  await ledger.query("UPDATE partner SET inputs = ARRAY[$2] WHERE id = $1", [partner, input]);
}
