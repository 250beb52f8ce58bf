import { decideTransfer, type TransferFacts } from "../../decide-transfer";
import { compareSequencers } from "../../events/uploaded-object";
import { matchUploadEnds, type UnmatchedEnd } from "../../match-upload-ends";
import type { Queryable } from "../ledger";
import { type Settlement, settleTransfer } from "./settle-transfer";
import type { Settling } from "./settling";
import { type UnsettledTransfer, unsettledTransfers } from "./unsettled-transfers";

interface EndRow extends UnmatchedEnd {
  failureCode: string | null;
}

/**
 * Brings together what Transfer Family, S3 and the malware scan said of a key so far, and settles the transfers of which
 * enough is known; the rest waits. Run it in a transaction that has locked the key.
 */
export async function settleKey(
  transaction: Queryable,
  bucket: string,
  objectKey: string,
  settling: Settling,
): Promise<Settlement> {
  const transfers = await unsettledTransfers(transaction, bucket, objectKey);
  const ends = await newEnds(transaction, transfers, bucket, objectKey);
  const settlement: Settlement = { settled: [], drains: [] };
  for (const transfer of transfers.sort((a, b) => compareSequencers(a.sequencer, b.sequencer))) {
    const facts = { end: endOf(transfer, ends), failureCode: ends.get(transfer.id)?.failureCode };
    const decision = decideTransfer({ ...facts, verdict: transfer.verdict }, settling.scan);
    if (decision !== null) await settleTransfer(transaction, transfer, decision, settling, settlement);
  }
  return settlement;
}

function endOf(transfer: UnsettledTransfer, ends: ReadonlyMap<number, EndRow>): TransferFacts["end"] {
  const end = ends.get(transfer.id);
  if (end === undefined) return transfer.isComplete ? "completed" : null;
  return end.outcome === "failed" ? "failed" : "completed";
}

/** Matches ends with the transfers that have none yet, and notes which belongs to which. By the transfer's number. */
async function newEnds(
  transaction: Queryable,
  transfers: readonly UnsettledTransfer[],
  bucket: string,
  objectKey: string,
): Promise<Map<number, EndRow>> {
  const open = transfers.filter(({ isComplete }) => !isComplete);
  const ends = open.length === 0 ? [] : await unmatchedEnds(transaction, bucket, objectKey);
  const matches = matchUploadEnds(open, ends);
  for (const { upload, end } of matches) {
    await transaction.query("UPDATE upload_end SET transfer = $2 WHERE id = $1", [end.id, upload.id]);
  }
  return new Map(matches.map(({ upload, end }) => [upload.id, end]));
}

async function unmatchedEnds(transaction: Queryable, bucket: string, objectKey: string): Promise<EndRow[]> {
  const { rows } = await transaction.query<EndRow>(
    `SELECT id, outcome, etag, bytes, started_at AS "startedAt", at, detail ->> 'failure-code' AS "failureCode"
     FROM upload_end WHERE bucket = $1 AND object_key = $2 AND transfer IS NULL`,
    [bucket, objectKey],
  );
  return rows;
}
