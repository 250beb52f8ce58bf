import type { Queryable } from "../ledger";
import type { TransferState } from "../states";

/** A transfer that was not passed on, of which its publisher is to be told. */
export interface UntoldTransfer {
  id: number;
  state: Extract<TransferState, "truncated" | "held" | "quarantined">;
  reason: string | null;
  /** The publisher. */
  partner: string;
  fileGroup: string;
  fileName: string;
  /** Bytes that arrived. */
  size: number;
  uploadedAt: Date;
}

/** Those of which nobody has been told for longer than this: who settled them crashed, or could not. Oldest first. */
export async function untoldTransfers(
  ledger: Queryable,
  afterSeconds: number,
  limit: number,
): Promise<UntoldTransfer[]> {
  const { rows } = await ledger.query<UntoldTransfer>(
    `SELECT id, state, reason, partner, file_group AS "fileGroup", file_name AS "fileName", size,
            uploaded_at AS "uploadedAt"
     FROM transfer WHERE untold_since < now() - make_interval(secs => $1)
     ORDER BY untold_since LIMIT $2`,
    [afterSeconds, limit],
  );
  return rows;
}
