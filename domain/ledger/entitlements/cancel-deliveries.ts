import type { Queryable } from "../ledger";

/**
 * Cancels what inactive subscriptions (of one partner, or of all) have not delivered, and returns how many deliveries
 * that were. What a job is working on right now it may finish, but not try again; what a dead job left is cancelled.
 *
 * In the transaction that made the subscriptions inactive it misses hardly anything: routing takes a share lock on those
 * it uses, so it either came before (and its deliveries are seen here) or sees the subscription gone. What a job gave
 * back at that very moment is nobody's to claim, and the sweep finds it.
 */
export async function cancelDeliveries(ledger: Queryable, partner: string | null): Promise<number> {
  // Locked in order of id, as jobs do: neither waits for the other while it is waited for.
  const { rowCount } = await ledger.query(
    `WITH ending AS (
       SELECT delivery.id, subscription.name
       FROM delivery JOIN subscription ON subscription.id = delivery.subscription
       WHERE NOT subscription.active AND ($1::text IS NULL OR subscription.partner = $1)
         AND (delivery.state IN ('waiting', 'ready')
           OR (delivery.state IN ('transforming', 'sending') AND delivery.lease_until <= now()))
       ORDER BY delivery.id
       FOR UPDATE OF delivery
     )
     UPDATE delivery SET
       state = 'cancelled', reason = 'subscription ' || ending.name || ' was removed',
       lease_owner = NULL, lease_until = NULL
     FROM ending WHERE delivery.id = ending.id`,
    [partner],
  );
  return rowCount ?? 0;
}
