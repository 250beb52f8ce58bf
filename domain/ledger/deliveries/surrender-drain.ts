import type { Queryable } from "../ledger";

/** A job that is stopped with work left lets the next sweep send another at once. */
export async function surrenderDrain(ledger: Queryable, queue: string): Promise<void> {
  await ledger.query("UPDATE drain SET lease_until = now() WHERE queue = $1", [queue]);
}
