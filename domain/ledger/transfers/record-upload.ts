import type { UploadedObject } from "../../events/uploaded-object";
import { fileName } from "../../paths";
import type { UploadFolder } from "../entitlements/find-upload-folder";
import type { Ledger } from "../ledger";
import { lockKey } from "./lock-key";
import { type Settlement, settleKey } from "./settle-key";

export interface Recorded extends Settlement {
  /** False: it was known already, and nothing was written. */
  isNew: boolean;
}

/** Records an object version as a transfer, and settles what can be settled of its key. A repeat changes nothing. */
export async function recordUpload(ledger: Ledger, upload: UploadedObject, folder: UploadFolder): Promise<Recorded> {
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
    return { isNew: rowCount === 1, ...(await settleKey(transaction, upload.bucket, upload.objectKey)) };
  });
}
