import type { Queryable } from "../ledger";

/**
 * Locks a partner's subscriptions in the order in which routing locks those it uses. Who changes some of them one
 * after the other without it can wait for routing while routing waits for it.
 */
export async function lockSubscriptions(transaction: Queryable, partner: string): Promise<void> {
  await transaction.query("SELECT FROM subscription WHERE partner = $1 ORDER BY id FOR NO KEY UPDATE", [partner]);
}
