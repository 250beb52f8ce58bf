import type { Queryable } from "../ledger";

/** Beyond the patience of a job about to leave, so that it need not stay for them; the sweep sends the next. */
const postponeSeconds = 30;

/**
 * Deliveries that are due and may not go yet, because an older file of the same name is still under way, wait for that
 * one. Without this, a job could not leave while one file's retry is hours off.
 */
export async function postponeBlocked(ledger: Queryable, queue: string): Promise<void> {
  await ledger.query(
    `UPDATE delivery SET next_attempt_at = blocked.until
     FROM (
       SELECT newer.id, max(greatest(older.next_attempt_at, now() + make_interval(secs => $2))) AS until
       FROM delivery newer JOIN delivery older
         ON older.subscription = newer.subscription AND older.final_name = newer.final_name
           AND (older.sequencer, older.id) < (newer.sequencer, newer.id)
       WHERE newer.queue = $1 AND newer.state = 'ready' AND newer.next_attempt_at <= now()
         AND older.state IN ('waiting', 'transforming', 'ready', 'sending')
       GROUP BY newer.id
     ) blocked
     WHERE delivery.id = blocked.id AND delivery.state = 'ready'`,
    [queue, postponeSeconds],
  );
}
