import type { Queryable } from "../ledger";

export interface UnconfirmedTransfer {
  id: number;
  bucket: string;
  objectKey: string;
}

/** Transfers that have waited longer than this for the events that settle them, oldest first. */
export async function unconfirmedTransfers(
  ledger: Queryable,
  afterSeconds: number,
  limit: number,
): Promise<UnconfirmedTransfer[]> {
  const { rows } = await ledger.query<UnconfirmedTransfer>(
    `SELECT id, bucket, object_key AS "objectKey" FROM transfer
     WHERE state = 'received' AND received_at < now() - make_interval(secs => $1)
     ORDER BY received_at LIMIT $2`,
    [afterSeconds, limit],
  );
  return rows;
}
