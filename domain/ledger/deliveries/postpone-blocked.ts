import type { Queryable } from "../ledger";

/** Beyond the patience of a job about to leave, so that it need not stay for them; the sweep sends the next. */
const postponeSeconds = 30;

/**
 * Deliveries that are due and may not go yet, because an older file of the same name is still under way, wait for that
 * one. Without this, a job could not leave while one file's retry is hours off.
 */
export async function postponeBlocked(ledger: Queryable, queue: string): Promise<void> {
  // One pass over the files under way: comparing each with all older ones took 7 s for 5,000 of one name. All wait for the
  // latest of those before them, not each for its neighbour, whose own wait would be known a pass later.
  await ledger.query(
    `WITH under_way AS (
       SELECT id, queue = $1 AND state = 'ready' AND next_attempt_at <= now() AS is_due,
         max(next_attempt_at) OVER (
           PARTITION BY subscription, final_name ORDER BY sequencer, id
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest_before
       FROM delivery
       WHERE state IN ('waiting', 'transforming', 'ready', 'sending')
         AND subscription IN (
           SELECT subscription FROM delivery WHERE queue = $1 AND state = 'ready' AND next_attempt_at <= now())
     )
     UPDATE delivery SET next_attempt_at = greatest(latest_before, now() + make_interval(secs => $2))
     FROM under_way
     WHERE delivery.id = under_way.id AND is_due AND latest_before IS NOT NULL AND delivery.state = 'ready'`,
    [queue, postponeSeconds],
  );
}
