import type { Queryable } from "../ledger";
import { isOver } from "./is-over";
import type { Stage } from "./stage";

/**
 * The destination cannot be reached just now. That was an attempt for everything of the queue that is due or claimed
 * by `owner`, and each waits as long as its own attempts ask for: what has had as many waits together, so that a server
 * that is down for an hour is not knocked at once for each of 10,000 files. What is of a subscription that went away
 * meanwhile is cancelled. Returns the ids of those for which it was the last attempt and that now are failed.
 */
export async function retryQueueLater(
  ledger: Queryable,
  {
    queue,
    stage,
    owner,
    reason,
    delays,
    mostAttempts,
  }: {
    queue: string;
    stage: Stage;
    owner: string;
    reason: string;
    /** Seconds to wait after the first attempt, the second, … up to `mostAttempts`. */
    delays: readonly number[];
    mostAttempts: number;
  },
): Promise<number[]> {
  const { rows } = await ledger.query<{ id: number; state: string }>(
    `WITH due AS (
       -- A claim has counted the attempt already.
       SELECT id, attempts + CASE WHEN state = $2 THEN 1 ELSE 0 END AS attempts, ${isOver} AS is_over
       FROM delivery
       WHERE queue = $1 AND ((state = $2 AND next_attempt_at <= now()) OR (state = $3 AND lease_owner = $4))
       ORDER BY id
       FOR UPDATE
     )
     UPDATE delivery SET
       state = CASE WHEN due.is_over THEN 'cancelled' WHEN due.attempts >= $7 THEN 'failed' ELSE $2 END,
       attempts = due.attempts,
       reason = CASE WHEN due.is_over
                       THEN format('the subscription was removed after attempt %s: %s', due.attempts, $5::text)
                     WHEN due.attempts >= $7 THEN format('gave up after %s attempts: %s', due.attempts, $5::text)
                     ELSE $5 END,
       next_attempt_at = now() + make_interval(secs => ($6::float8[])[least(due.attempts, $7)]),
       lease_owner = NULL, lease_until = NULL
     FROM due WHERE delivery.id = due.id
     RETURNING delivery.id, delivery.state`,
    [queue, stage.idle, stage.claimed, owner, reason, delays, mostAttempts],
  );
  return rows
    .filter((row) => row.state === "failed")
    .map((row) => row.id)
    .sort((a, b) => a - b);
}
