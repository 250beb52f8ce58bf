import type { Queryable } from "../ledger";
import type { UnsettledTransfer } from "./unsettled-transfers";

/** A delivery that is to replace what has the same name. */
export interface ReplacingDelivery {
  subscription: string;
  sendQueue: string;
  finalName: string;
}

/** Longer than a transaction takes from here to its commit, in seconds. */
const headStart = 5;

/**
 * The deliveries that a newer version of the same key has overtaken: for the subscription, that version. It is being
 * sent, was sent, or may have been by an attempt that broke off around its rename, and the older one must not replace
 * it: where the subscription has another destination now, it does not. One that still waits for its turn is given a few seconds more, so that no job claims it before the older one can
 * be seen, which then goes first. Run it in a transaction that has locked the key, and insert right after.
 */
export async function overtakenBy(
  transaction: Queryable,
  { bucket, objectKey, sequencer }: UnsettledTransfer,
  deliveries: readonly ReplacingDelivery[],
): Promise<Map<string, string>> {
  if (deliveries.length === 0) return new Map();
  // In the order in which everybody locks deliveries. What a job claims meanwhile is seen as claimed.
  const { rows } = await transaction.query<{ id: number; subscription: string; versionId: string; waits: boolean }>(
    `SELECT newer.id, newer.subscription, transfer.version_id AS "versionId",
            newer.state NOT IN ('sending', 'delivered') AND newer.renaming_to IS NULL AS waits
     FROM jsonb_to_recordset($4::jsonb) AS older (subscription text, "sendQueue" text, "finalName" text)
     JOIN delivery newer ON newer.subscription = older.subscription AND newer.final_name = older."finalName"
       AND ${destinationOf("newer.send_queue")} = ${destinationOf('older."sendQueue"')}
       AND newer.sequencer > rtrim($3, '0') COLLATE "C"
       AND newer.state IN ('waiting', 'transforming', 'ready', 'sending', 'delivered')
     JOIN transfer ON transfer.id = newer.transfer AND transfer.bucket = $1 AND transfer.object_key = $2
     ORDER BY newer.id
     FOR UPDATE OF newer`,
    [bucket, objectKey, sequencer, JSON.stringify(deliveries)],
  );
  const waiting = rows.filter(({ waits }) => waits).map(({ id }) => id);
  if (waiting.length > 0) {
    await transaction.query(
      `UPDATE delivery SET next_attempt_at = greatest(next_attempt_at, clock_timestamp() + make_interval(secs => $2))
       WHERE id = ANY ($1) AND state = 'ready'`,
      [waiting, headStart],
    );
  }
  return new Map(rows.filter(({ waits }) => !waits).map(({ subscription, versionId }) => [subscription, versionId]));
}

/** SQL of a queue's kind and destination, which outlive a rename of the subscriber: `push:acme/main` is `push/main`. */
const destinationOf = (queue: string) => `regexp_replace(${queue}, ':[^/]*', '')`;
