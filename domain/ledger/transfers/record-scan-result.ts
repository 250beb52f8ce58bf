import type { ScanResult } from "../../events/scan-result";
import type { Ledger } from "../ledger";
import { releasePlacement } from "../placements/release-placement";
import { lockKey } from "./lock-key";
import type { Recorded } from "./record-upload";
import { settleKey } from "./settle-key";
import type { Settling } from "./settling";

export interface RecordedScan extends Recorded {
  /** A file that we placed waited for it, and now goes to the file system. */
  released: boolean;
}

/** Records what a malware scan said, and settles what can be settled of its key. A repeat changes nothing. */
export async function recordScanResult(ledger: Ledger, result: ScanResult, settling: Settling): Promise<RecordedScan> {
  const { eventId, bucket, objectKey, versionId, status, threats, at } = result;
  return ledger.transaction(async (transaction) => {
    await lockKey(transaction, bucket, objectKey);
    const { rowCount } = await transaction.query(
      `INSERT INTO scan_result (event_id, bucket, object_key, version_id, status, threats, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (event_id) DO NOTHING`,
      [eventId, bucket, objectKey, versionId, status, threats, at],
    );
    const settlement = await settleKey(transaction, bucket, objectKey, settling);
    const released = await releasePlacement(transaction, { bucket, objectKey, versionId }, settling);
    return { isNew: rowCount === 1, ...settlement, released };
  });
}
