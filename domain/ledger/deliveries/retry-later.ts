import type { Queryable } from "../ledger";
import type { DeliveryState } from "../states";
import { isOver } from "./is-over";
import { type Claim, LeaseLost } from "./lease";

/**
 * The attempt failed in a way that can pass: the delivery waits for its next one, or ends as failed if it was the
 * last, or as cancelled if its subscription went away meanwhile. What is noted of a rename stays, because the next
 * attempt must find out whether it happened.
 *
 * @throws {LeaseLost}
 */
export async function retryLater(
  ledger: Queryable,
  { delivery, stage, owner }: Claim,
  { reason, delaySeconds, mostAttempts }: { reason: string; delaySeconds: number; mostAttempts: number },
): Promise<"later" | "failed" | "cancelled"> {
  const { rows } = await ledger.query<{ state: DeliveryState }>(
    `UPDATE delivery SET
       state = CASE WHEN ${isOver} THEN 'cancelled' WHEN attempts >= $6 THEN 'failed' ELSE $7 END,
       reason = CASE WHEN ${isOver} THEN format('the subscription was removed after attempt %s: %s', attempts, $4::text)
                     WHEN attempts >= $6 THEN format('gave up after %s attempts: %s', attempts, $4::text)
                     ELSE $4 END,
       next_attempt_at = now() + make_interval(secs => $5), lease_owner = NULL, lease_until = NULL
     WHERE id = $1 AND state = $2 AND lease_owner = $3
     RETURNING state`,
    [delivery, stage.claimed, owner, reason, delaySeconds, mostAttempts, stage.idle],
  );
  const state = rows[0]?.state;
  if (state === undefined) throw new LeaseLost(delivery);
  return state === "failed" || state === "cancelled" ? state : "later";
}
