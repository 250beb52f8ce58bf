import type { Queryable } from "../ledger";
import type { DeliveryState, TransferState } from "../states";

/** One transfer with all its deliveries, for people. */
export interface LedgerRow {
  /** The transfer's number. */
  transfer: number;
  publisher: string;
  fileGroup: string;
  fileName: string;
  /** Bytes. */
  size: number;
  /** Hex; null until a job has read the object. */
  sha256: string | null;
  state: TransferState;
  reason: string | null;
  receivedAt: Date;
  /** When it was routed or found truncated. */
  settledAt: Date | null;
  /** In the order of their numbers. */
  deliveries: LedgerDelivery[];
}

export interface LedgerDelivery {
  /** The delivery's number. */
  delivery: number;
  subscriber: string;
  /** The subscription's name. */
  subscription: string;
  state: DeliveryState;
  /** Remote path or object key; null until it is delivered. */
  deliveredAs: string | null;
  /** Bytes of what is delivered: the original or the transform's result. */
  size: number;
  sha256: string | null;
  /** Of the current stage. */
  attempts: number;
  reason: string | null;
  createdAt: Date;
  readyAt: Date | null;
  deliveredAt: Date | null;
}

export interface ReadLedgerOptions {
  /** Only transfers received at or after this time. */
  since?: Date;
  /** At most this many transfers; 100 unless told. */
  limit?: number;
}

/** The latest transfers, newest first. */
export async function readLedger(
  ledger: Queryable,
  { since, limit = 100 }: ReadLedgerOptions = {},
): Promise<LedgerRow[]> {
  const { rows: transfers } = await ledger.query<Omit<LedgerRow, "deliveries">>(
    `SELECT id AS transfer, partner AS publisher, file_group AS "fileGroup", file_name AS "fileName", size, sha256,
            state, reason, received_at AS "receivedAt", settled_at AS "settledAt"
     FROM transfer WHERE received_at >= coalesce($1, '-infinity'::timestamptz)
     ORDER BY received_at DESC, id DESC LIMIT $2`,
    [since ?? null, limit],
  );
  const { rows: deliveries } = await ledger.query<LedgerDelivery & { transfer: number }>(
    `SELECT delivery.transfer, delivery.id AS delivery, subscription.partner AS subscriber,
            subscription.name AS subscription, state, delivered_as AS "deliveredAs", size, sha256, attempts, reason,
            created_at AS "createdAt", ready_at AS "readyAt", delivered_at AS "deliveredAt"
     FROM delivery JOIN subscription ON subscription.id = delivery.subscription
     WHERE delivery.transfer = ANY ($1) ORDER BY delivery.id`,
    [transfers.map(({ transfer }) => transfer)],
  );
  const byTransfer = Map.groupBy(deliveries, ({ transfer }) => transfer);
  return transfers.map((row) => ({
    ...row,
    deliveries: (byTransfer.get(row.transfer) ?? []).map(({ transfer: _, ...delivery }) => delivery),
  }));
}
