import type { UnsettledUpload } from "../../match-upload-ends";
import type { ObjectKey } from "../../paths";
import type { Queryable } from "../ledger";
import type { TransferState } from "../states";

/** A transfer that is neither routed nor truncated. */
export interface UnsettledTransfer extends UnsettledUpload {
  bucket: string;
  objectKey: ObjectKey;
  versionId: string;
  /** The publisher. */
  partner: string;
  fileGroup: string;
  fileName: string;
  state: Extract<TransferState, "received" | "held">;
}

/** The unsettled transfers of one key. */
export async function unsettledTransfers(
  ledger: Queryable,
  bucket: string,
  objectKey: string,
): Promise<UnsettledTransfer[]> {
  const { rows } = await ledger.query<UnsettledTransfer>(
    `SELECT id, bucket, object_key AS "objectKey", version_id AS "versionId", partner, file_group AS "fileGroup",
            file_name AS "fileName", size, etag, sequencer, uploaded_at AS "uploadedAt", state
     FROM transfer WHERE bucket = $1 AND object_key = $2 AND state IN ('received', 'held')`,
    [bucket, objectKey],
  );
  return rows;
}
