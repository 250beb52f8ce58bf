import { matchUploadEnds, type UnmatchedEnd } from "../../match-upload-ends";
import type { Queryable } from "../ledger";
import { routeTransfer } from "./route-transfer";
import { type UnsettledTransfer, unsettledTransfers } from "./unsettled-transfers";

/** What became of one transfer. */
export interface SettledTransfer {
  transfer: UnsettledTransfer;
  outcome: "routed" | "truncated" | "held";
  reason: string | null;
  deliveries: number;
}

export interface Settlement {
  settled: SettledTransfer[];
  /** Queues that now need a job and have none: submit one for each once the transaction is through. */
  drains: string[];
}

interface EndRow extends UnmatchedEnd {
  failureCode: string | null;
}

/**
 * Matches what Transfer Family and S3 said of a key so far: transfers whose upload was completed are routed, those
 * whose upload failed are truncated, the rest waits. Run it in a transaction that has locked the key.
 */
export async function settleKey(transaction: Queryable, bucket: string, objectKey: string): Promise<Settlement> {
  const transfers = await unsettledTransfers(transaction, bucket, objectKey);
  const ends = transfers.length === 0 ? [] : await unmatchedEnds(transaction, bucket, objectKey);
  const settled: SettledTransfer[] = [];
  const drains = new Set<string>();
  for (const { upload: transfer, end } of matchUploadEnds(transfers, ends)) {
    await transaction.query("UPDATE upload_end SET transfer = $2 WHERE id = $1", [end.id, transfer.id]);
    if (end.outcome === "failed") {
      settled.push(await truncate(transaction, transfer, end));
    } else {
      const routed = await routeTransfer(transaction, transfer, null);
      settled.push({ transfer, outcome: "routed", reason: null, deliveries: routed.deliveries });
      for (const queue of routed.drains) drains.add(queue);
    }
  }
  return { settled, drains: [...drains] };
}

async function unmatchedEnds(transaction: Queryable, bucket: string, objectKey: string): Promise<EndRow[]> {
  const { rows } = await transaction.query<EndRow>(
    `SELECT id, outcome, etag, bytes, at, detail ->> 'failure-code' AS "failureCode"
     FROM upload_end WHERE bucket = $1 AND object_key = $2 AND transfer IS NULL`,
    [bucket, objectKey],
  );
  return rows;
}

async function truncate(transaction: Queryable, transfer: UnsettledTransfer, end: EndRow): Promise<SettledTransfer> {
  const reason = `the upload failed (${end.failureCode ?? "no failure code"})`;
  await transaction.query("UPDATE transfer SET state = 'truncated', reason = $2, settled_at = now() WHERE id = $1", [
    transfer.id,
    reason,
  ]);
  return { transfer, outcome: "truncated", reason, deliveries: 0 };
}
