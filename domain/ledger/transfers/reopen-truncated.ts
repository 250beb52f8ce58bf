import type { UploadEnd } from "../../events/upload-end";
import { matchUploadEnds, type UnsettledUpload } from "../../match-upload-ends";
import type { Queryable } from "../ledger";
import { unsettledTransfers } from "./unsettled-transfers";

interface TruncatedUpload extends UnsettledUpload {
  /** The number of the end that says it broke off. */
  failure: number;
}

/** Milliseconds that an upload took at most, where its event does not say when it began. */
const longestUpload = 60 * 1000;

/**
 * Takes back that an upload broke off, where that was inferred from a failure that named no etag, and a `completed` says
 * now that this very one is whole. Its transfer is open again, and so is the failure: it is another upload's, of which S3
 * may still tell. Where an upload that is open anyway is meant, nothing changes. Run it in a transaction that has locked
 * the key, before the key is settled.
 */
export async function reopenTruncated(transaction: Queryable, completed: UploadEnd): Promise<void> {
  const { bucket, objectKey, etag, bytes, at } = completed;
  if (etag === null && bytes === null) return;
  const end = { ...completed, id: 0, startedAt: completed.startedAt ?? new Date(at.getTime() - longestUpload) };
  const truncated = await inferredTruncated(transaction, end);
  if (truncated.length === 0) return;
  const open = (await unsettledTransfers(transaction, bucket, objectKey)).filter(({ isComplete }) => !isComplete);
  if (matchUploadEnds(open, [end]).length > 0) return;
  for (const { upload } of matchUploadEnds(truncated, [end])) {
    await transaction.query("UPDATE upload_end SET transfer = NULL WHERE id = $1", [upload.failure]);
    await transaction.query(
      "UPDATE transfer SET state = 'received', reason = $2, settled_at = NULL, untold_since = NULL WHERE id = $1",
      [upload.id, "another event says that this upload was completed"],
    );
  }
}

/**
 * What the `completed` may mean, of the uploads that were taken for broken without being named: none that was stored
 * before its own began, since a file may come twice with the same etag. Where it names no etag either, it counts for
 * more than the failure only if that spoke of another number of bytes.
 */
async function inferredTruncated(
  transaction: Queryable,
  { bucket, objectKey, etag, startedAt }: UploadEnd,
): Promise<TruncatedUpload[]> {
  const { rows } = await transaction.query<TruncatedUpload>(
    `SELECT transfer.id, transfer.etag, size, sequencer, uploaded_at AS "uploadedAt", upload_end.id AS failure
     FROM transfer JOIN upload_end ON upload_end.transfer = transfer.id
     WHERE transfer.bucket = $1 AND transfer.object_key = $2 AND state = 'truncated'
       AND uploaded_at >= $3::timestamptz - interval '1 second'
       AND outcome = 'failed' AND upload_end.etag IS NULL AND ($4::text IS NOT NULL OR bytes IS DISTINCT FROM size)`,
    [bucket, objectKey, startedAt, etag],
  );
  return rows;
}
