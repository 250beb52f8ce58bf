import { deliveredName } from "../../delivered-name";
import type { Delivery, TransformStep } from "../../entitlements";
import { ownerOf } from "../../paths";
import { subscriptionsFor, type Upload } from "../../subscriptions-for";
import { requestDrain } from "../drains";
import type { Queryable } from "../ledger";
import { overtakenBy } from "./overtaken-by";
import type { UnsettledTransfer } from "./unsettled-transfers";

export interface RoutedTransfer {
  /** How many deliveries it has; none where nobody subscribes. */
  deliveries: number;
  /** How many more there would be if a newer version of the same key had not been sent before. */
  superseded: number;
  /** Queues that now need a job and have none: submit one for each once the transaction is through. */
  drains: string[];
}

interface SubscriptionRow {
  /** `partner/name`. */
  id: string;
  partner: string;
  fileGroup: string;
  publisher: string | null;
  match: string | null;
  transform: TransformStep[];
  delivery: Delivery;
  sendQueue: string;
}

/**
 * Hands a transfer over to its subscribers: one delivery for each subscription that takes it. `reason` says why,
 * where it was not confirmed as complete. Run it in a transaction that has locked the transfer's key.
 */
export async function routeTransfer(
  transaction: Queryable,
  transfer: UnsettledTransfer,
  reason: string | null,
): Promise<RoutedTransfer> {
  const { fileGroup, fileName } = transfer;
  const upload = { publisher: ownerOf(transfer.objectKey), fileGroup, fileName };
  const subscriptions = subscriptionsFor(upload, await activeSubscriptions(transaction, upload));
  const { queues, superseded } = await insertDeliveries(transaction, transfer, subscriptions);
  await transaction.query(
    "UPDATE transfer SET state = 'routed', reason = $2, settled_at = now(), untold_since = NULL WHERE id = $1",
    [transfer.id, reason],
  );
  const drains: string[] = [];
  // In one order everywhere, so that two transactions never wait for each other's rows.
  for (const queue of [...new Set(queues)].sort()) if (await requestDrain(transaction, queue)) drains.push(queue);
  return { deliveries: queues.length, superseded, drains };
}

async function activeSubscriptions(
  transaction: Queryable,
  { fileGroup, publisher }: Upload,
): Promise<SubscriptionRow[]> {
  // The share lock makes reconcile wait before it takes a subscription away, and then see our deliveries. No other table
  // is joined: after waiting for a rename, the row has its new partner, whom this statement's snapshot does not know.
  // A disabled partner has no active subscription. Those to other publishers are left alone: thousands may share a group.
  const { rows } = await transaction.query<SubscriptionRow>(
    `SELECT id, partner, file_group AS "fileGroup", publisher, match, transform, delivery,
            send_queue AS "sendQueue"
     FROM subscription WHERE file_group = $1 AND (publisher IS NULL OR publisher = $2) AND active
     ORDER BY id FOR SHARE`,
    [fileGroup, publisher],
  );
  return rows;
}

/** Returns the queue of each delivery that was inserted and is to be worked on, and how many are not. */
async function insertDeliveries(
  transaction: Queryable,
  transfer: UnsettledTransfer,
  subscriptions: readonly SubscriptionRow[],
): Promise<{ queues: string[]; superseded: number }> {
  const deliveries = subscriptions.map(({ id, partner, transform, delivery, sendQueue }) => ({
    subscription: id,
    transformed: transform.length > 0,
    transformQueue: `transform:${partner}`,
    sendQueue,
    finalName: deliveredName(delivery.fileName, {
      publisher: transfer.partner,
      fileName: transfer.fileName,
      transfer: transfer.id,
    }),
    replaces: delivery.onConflict === "replace",
  }));
  const overtaken = await overtakenBy(
    transaction,
    transfer,
    deliveries.filter(({ replaces }) => replaces),
  );
  const wanted = deliveries.map((delivery) => {
    const newer = overtaken.get(delivery.subscription);
    return {
      ...delivery,
      superseded: newer === undefined ? null : `superseded: the newer version ${newer} was sent first`,
    };
  });
  const { rows } = await transaction.query<{ queue: string; superseded: boolean }>(
    `INSERT INTO delivery
       (transfer, subscription, state, reason, queue, send_queue, object_key, version_id, size, final_name, sequencer,
        ready_at)
     SELECT $1, subscription,
            CASE WHEN superseded IS NOT NULL THEN 'cancelled' WHEN transformed THEN 'waiting' ELSE 'ready' END, superseded,
            CASE WHEN transformed THEN "transformQueue" ELSE "sendQueue" END, "sendQueue", $2, $3, $4, "finalName",
            rtrim($5, '0'), CASE WHEN NOT transformed AND superseded IS NULL THEN now() END
     FROM jsonb_to_recordset($6::jsonb) AS wanted
       (subscription text, transformed boolean, "transformQueue" text, "sendQueue" text, "finalName" text,
        superseded text)
     ON CONFLICT (transfer, subscription) DO NOTHING
     RETURNING queue, state = 'cancelled' AS superseded`,
    [transfer.id, transfer.objectKey, transfer.versionId, transfer.size, transfer.sequencer, JSON.stringify(wanted)],
  );
  const queues = rows.filter(({ superseded }) => !superseded).map(({ queue }) => queue);
  return { queues, superseded: rows.length - queues.length };
}
