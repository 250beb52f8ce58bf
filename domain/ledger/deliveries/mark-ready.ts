import type { ObjectKey } from "../../paths";
import { requestDrain } from "../drains";
import type { Queryable } from "../ledger";
import type { DeliveryState } from "../states";
import { isOver } from "./is-over";
import { type Claim, LeaseLost } from "./lease";

/** The object that a transform wrote. */
export interface TransformResult {
  objectKey: ObjectKey;
  versionId: string;
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
  /** Hex, of the original. */
  originalSha256: string;
}

/**
 * The transform's result is there, so the delivery moves on to its send queue, which is asked to be drained; or it is
 * cancelled, where its subscription went away meanwhile. Its transfer learns the hash of the original. All of it happens
 * in the caller's transaction.
 * Returns the queue if nobody is on it, so that the caller submits a job once the transaction is through.
 *
 * @throws {LeaseLost}
 */
export async function markReady(
  transaction: Queryable,
  { delivery, stage, owner }: Claim,
  result: TransformResult,
): Promise<{ submitFor: string | null }> {
  const { rows } = await transaction.query<{ state: DeliveryState; queue: string }>(
    `WITH transformed AS (
       UPDATE delivery SET
         state = CASE WHEN ${isOver} THEN 'cancelled' ELSE 'ready' END,
         reason = CASE WHEN ${isOver} THEN 'the subscription was removed' END,
         queue = send_queue, object_key = $4, version_id = $5, size = $6, sha256 = $7,
         attempts = 0, next_attempt_at = now(), ready_at = now(), renaming_to = NULL,
         lease_owner = NULL, lease_until = NULL
       WHERE id = $1 AND state = $2 AND lease_owner = $3
       RETURNING state, queue, transfer
     ), hashed AS (
       UPDATE transfer SET sha256 = $8 FROM transformed
       WHERE transfer.id = transformed.transfer AND transfer.sha256 IS NULL
     )
     SELECT state, queue FROM transformed`,
    [
      ...[delivery, stage.claimed, owner, result.objectKey, result.versionId],
      ...[result.size, result.sha256, result.originalSha256],
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new LeaseLost(delivery);
  const { state, queue } = row;
  if (state === "cancelled") return { submitFor: null };
  return { submitFor: (await requestDrain(transaction, queue)) ? queue : null };
}
