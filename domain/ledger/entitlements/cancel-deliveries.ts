import type { Queryable } from "../ledger";

/**
 * Cancels what a partner's inactive subscriptions have not delivered yet, and returns how many deliveries that were.
 * What a job is working on right now it may finish. Run it in the transaction that made them inactive: routing takes
 * a share lock on the subscriptions it uses, so it either came before (and its deliveries are seen here) or sees the
 * subscription gone.
 */
export async function cancelDeliveries(transaction: Queryable, partner: string): Promise<number> {
  const { rowCount } = await transaction.query(
    `UPDATE delivery SET state = 'cancelled', reason = 'subscription ' || subscription.name || ' was removed'
     FROM subscription
     WHERE delivery.subscription = subscription.id AND subscription.partner = $1 AND NOT subscription.active
       AND delivery.state IN ('waiting', 'ready')`,
    [partner],
  );
  return rowCount ?? 0;
}
