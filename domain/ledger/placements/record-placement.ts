import type { UploadedObject } from "../../events/uploaded-object";
import type { Ledger } from "../ledger";
import { lockKey } from "../transfers/lock-key";
import type { Settling } from "../transfers/settling";
import { releasePlacement } from "./release-placement";

/**
 * Takes note of a version that we placed into a replicated folder, and hands it over to the file system as soon as that
 * may be: at once, or when its scan has found it clean. True: it was handed over now. A repeat hands it over again.
 */
export async function recordPlacement(ledger: Ledger, placed: UploadedObject, settling: Settling): Promise<boolean> {
  const { bucket, objectKey, versionId, size, sequencer, uploadedAt } = placed;
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, bucket, objectKey);
    await transaction.query(
      `INSERT INTO unscanned_placement (bucket, object_key, version_id, size, sequencer, placed_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (bucket, object_key, version_id) DO NOTHING`,
      [bucket, objectKey, versionId, size, sequencer, uploadedAt],
    );
    return releasePlacement(transaction, { bucket, objectKey, versionId }, settling);
  });
}
