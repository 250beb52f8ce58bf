import type { Queryable } from "../ledger";

/**
 * Moves what subscriptions (of one partner, or of all) have not delivered to where they deliver now, and returns how many
 * deliveries that were: a waiting file goes to the present destination, not to the one of the day it was routed. There
 * it starts anew, but for what an earlier attempt noted of a rename: the file may have arrived at the former one. What a
 * job is sending stays with it, and follows with a later sweep if that fails. The next sweep sends jobs to the queues.
 */
export async function requeueDeliveries(ledger: Queryable, partner: string | null): Promise<number> {
  const { rowCount } = await ledger.query(
    `WITH moving AS (
       SELECT delivery.id, subscription.send_queue, delivery.state IN ('ready', 'sending') AS is_sent_next
       FROM delivery JOIN subscription ON subscription.id = delivery.subscription
       WHERE subscription.active AND ($1::text IS NULL OR subscription.partner = $1)
         AND delivery.send_queue <> subscription.send_queue
         AND (delivery.state IN ('waiting', 'transforming', 'ready')
           OR (delivery.state = 'sending' AND delivery.lease_until <= now()))
       ORDER BY delivery.id
       FOR UPDATE OF delivery
     )
     UPDATE delivery SET
       send_queue = moving.send_queue,
       queue = CASE WHEN is_sent_next THEN moving.send_queue ELSE queue END,
       attempts = CASE WHEN is_sent_next THEN 0 ELSE attempts END,
       next_attempt_at = CASE WHEN is_sent_next THEN now() ELSE next_attempt_at END
     FROM moving WHERE delivery.id = moving.id`,
    [partner],
  );
  return rowCount ?? 0;
}
