import type { Verdict } from "../../decide-transfer";
import type { UnsettledUpload } from "../../match-upload-ends";
import type { ObjectKey } from "../../paths";
import type { Queryable } from "../ledger";
import type { TransferState } from "../states";
import { verdictOf } from "./verdict-of";

/** A transfer that is neither routed nor truncated nor quarantined. */
export interface UnsettledTransfer extends UnsettledUpload {
  bucket: string;
  objectKey: ObjectKey;
  versionId: string;
  /** The publisher. */
  partner: string;
  fileGroup: string;
  fileName: string;
  state: Extract<TransferState, "received" | "held">;
  /** Why it is held. */
  reason: string | null;
  /** Its upload is known to be complete; it waits for something else. */
  isComplete: boolean;
  /** Null while no scan has answered. */
  verdict: Verdict | null;
}

/** The unsettled transfers of one key. */
export async function unsettledTransfers(
  ledger: Queryable,
  bucket: string,
  objectKey: string,
): Promise<UnsettledTransfer[]> {
  const { rows } = await ledger.query<UnsettledTransfer>(
    `SELECT id, bucket, object_key AS "objectKey", version_id AS "versionId", partner, file_group AS "fileGroup",
            file_name AS "fileName", size, etag, sequencer, uploaded_at AS "uploadedAt", state, reason,
            EXISTS (SELECT FROM upload_end WHERE upload_end.transfer = transfer.id) AS "isComplete",
            ${verdictOf("transfer")} AS verdict
     FROM transfer WHERE bucket = $1 AND object_key = $2 AND state IN ('received', 'held')`,
    [bucket, objectKey],
  );
  return rows;
}
