import type { UploadedObject } from "../../events/uploaded-object";
import { fileName } from "../../paths";
import type { Ledger } from "../ledger";
import { lockKey } from "./lock-key";
import { settleKey } from "./settle-key";
import type { Settlement } from "./settle-transfer";
import type { Settling } from "./settling";

/** Where an object was uploaded to. */
export interface UploadFolder {
  /** The publisher. */
  partner: string;
  fileGroup: string;
}

export interface Recorded extends Settlement {
  /** False: it was known already, and nothing was written. */
  isNew: boolean;
}

/** Records an object version as a transfer, and settles what can be settled of its key. A repeat changes nothing. */
export async function recordUpload(
  ledger: Ledger,
  upload: UploadedObject,
  folder: UploadFolder,
  settling: Settling,
): Promise<Recorded> {
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, upload.bucket, upload.objectKey);
    const { rowCount } = await transaction.query(
      `INSERT INTO transfer
         (bucket, object_key, version_id, partner, file_group, file_name, size, etag, sequencer, uploaded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (bucket, object_key, version_id) DO NOTHING`,
      [
        upload.bucket,
        upload.objectKey,
        upload.versionId,
        folder.partner,
        folder.fileGroup,
        fileName(upload.objectKey),
        upload.size,
        upload.etag,
        upload.sequencer,
        upload.uploadedAt,
      ],
    );
    return { isNew: rowCount === 1, ...(await settleKey(transaction, upload.bucket, upload.objectKey, settling)) };
  });
}
