import type { Queryable } from "../ledger";
import type { DeliveryState, TransferState } from "../states";

/** A transfer or a delivery that has come to an end, or waits for a person. For people. */
export type Settled = SettledTransfer | SettledDelivery;

interface Move {
  /** The number of the move between states. */
  move: number;
  at: Date;
  /** The transfer's number. */
  transfer: number;
  publisher: string;
  fileName: string;
  /** When the file was received. */
  receivedAt: Date;
  reason: string | null;
}

/** A transfer that nobody gets: `routed` where it has no subscriber. */
export interface SettledTransfer extends Move {
  delivery: null;
  state: Exclude<TransferState, "received">;
}

export interface SettledDelivery extends Move {
  /** The delivery's number. */
  delivery: number;
  subscriber: string;
  /** The subscription's name. */
  subscription: string;
  state: Extract<DeliveryState, "delivered" | "failed" | "cancelled">;
  /** Remote path or object key; null unless it is delivered. */
  deliveredAs: string | null;
}

/**
 * What has settled, in the order of the moves.
 * @param after only moves with a higher number
 * @param except nor these: numbers are given before a transaction ends, so that a lower one may come later
 */
export async function readSettled(ledger: Queryable, after: number, except: readonly number[]): Promise<Settled[]> {
  const { rows } = await ledger.query<Settled>(
    `SELECT change.id AS move, change.at, change.to_state AS state, change.reason, transfer.id AS transfer,
            transfer.partner AS publisher, transfer.file_name AS "fileName", transfer.received_at AS "receivedAt",
            change.delivery, subscription.partner AS subscriber, subscription.name AS subscription,
            delivery.delivered_as AS "deliveredAs"
     FROM state_change change
     LEFT JOIN delivery ON delivery.id = change.delivery
     LEFT JOIN subscription ON subscription.id = delivery.subscription
     JOIN transfer ON transfer.id = coalesce(change.transfer, delivery.transfer)
     WHERE change.id > $1 AND change.id <> ALL ($2)
       AND CASE
         WHEN change.delivery IS NOT NULL THEN change.to_state IN ('delivered', 'failed', 'cancelled')
         WHEN change.to_state = 'routed' THEN NOT EXISTS (SELECT FROM delivery WHERE transfer = change.transfer)
         ELSE change.to_state <> 'received'
       END
     ORDER BY change.id`,
    [after, except],
  );
  return rows;
}
