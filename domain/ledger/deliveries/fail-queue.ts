import type { RemotePath } from "../../paths";
import type { Queryable } from "../ledger";
import type { Stage } from "./stage";

/**
 * Nothing of the queue can be delivered (or nothing that goes to `folder`), and trying again would not help: everything
 * that waits, and everything that `owner` has claimed, ends as failed for the same reason. Returns their ids.
 * What an earlier attempt noted of a rename stays: nobody has asked the server about it.
 */
export async function failQueue(
  ledger: Queryable,
  {
    queue,
    stage,
    owner,
    reason,
    folder = null,
  }: { queue: string; stage: Stage; owner: string; reason: string; folder?: RemotePath | null },
): Promise<number[]> {
  // Locked in order of id: two jobs that find out at once must not deadlock.
  const { rows } = await ledger.query<{ id: number }>(
    `WITH failing AS (
       SELECT delivery.id FROM delivery JOIN subscription ON subscription.id = delivery.subscription
       WHERE delivery.queue = $1
         AND (delivery.state = $2 OR (delivery.state = $3 AND delivery.lease_owner = $4))
         AND ($6::text IS NULL OR subscription.delivery ->> 'remotePath' = $6)
       ORDER BY delivery.id
       FOR UPDATE OF delivery
     )
     UPDATE delivery SET state = 'failed', reason = $5, lease_owner = NULL, lease_until = NULL
     FROM failing WHERE delivery.id = failing.id
     RETURNING delivery.id`,
    [queue, stage.idle, stage.claimed, owner, reason, folder],
  );
  return rows.map((row) => row.id).sort((a, b) => a - b);
}
