import type { UploadEnd } from "../../events/upload-end";
import type { Ledger } from "../ledger";
import { lockKey } from "./lock-key";
import type { Recorded } from "./record-upload";
import { reopenTruncated } from "./reopen-truncated";
import { settleKey } from "./settle-key";
import type { Settling } from "./settling";

/** Records how an upload ended, and settles what can be settled of its key. A repeat changes nothing. */
export async function recordUploadEnd(ledger: Ledger, end: UploadEnd, settling: Settling): Promise<Recorded> {
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, end.bucket, end.objectKey);
    const { rowCount } = await transaction.query(
      `INSERT INTO upload_end (event_id, bucket, object_key, outcome, etag, bytes, started_at, at, detail)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (event_id) DO NOTHING`,
      [
        ...[end.eventId, end.bucket, end.objectKey, end.outcome, end.etag, end.bytes],
        ...[end.startedAt, end.at, JSON.stringify(end.detail)],
      ],
    );
    if (end.outcome === "completed") await reopenTruncated(transaction, end);
    return { isNew: rowCount === 1, ...(await settleKey(transaction, end.bucket, end.objectKey, settling)) };
  });
}
