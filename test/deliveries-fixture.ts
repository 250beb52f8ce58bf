import { createHash, randomUUID } from "node:crypto";
import type { Delivery, Destination, Entitlements, Subscription, TransformStep } from "../domain/entitlements";
import type { Ledger } from "../domain/ledger/ledger";
import type { DeliveryState } from "../domain/ledger/states";
import { objectKey } from "../domain/paths";

/** The partner that all files of these tests come from. */
export const publisher: Entitlements = {
  ...{ partner: "northwind", name: "Northwind Clinics", login: null },
  ...{ folders: [], destinations: [], subscriptions: [] },
};

/** A subscriber with one destination `inbox`. */
export function subscriber(
  partner: string,
  { destination, subscriptions }: { destination?: Partial<Destination>; subscriptions: Subscription[] },
): Entitlements {
  return {
    ...{ partner, name: `Subscriber ${partner}`, login: null, folders: [], subscriptions },
    destinations: [
      {
        ...{ name: "inbox", host: "127.0.0.1", port: 22, username: "quayside", authentication: "password" },
        hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDuhXBQ4mY8nYCQUF0HOdpuGp4Yfy6WUr5b1GAdBVcKg"],
        ...destination,
      },
    ],
  };
}

export function subscription(name: string, delivery: Delivery, transform: TransformStep[] = []): Subscription {
  return { ...{ name, fileGroup: "claims", publisher: null, match: null }, transform, delivery };
}

export interface DeliverySeed {
  /** `partner/name`. */
  subscription: string;
  queue: string;
  sendQueue?: string;
  state?: DeliveryState;
  finalName?: string;
  /** Decides size; the caller keeps it for whoever reads the object. */
  content?: Uint8Array;
  size?: number;
  /** Counts as claims, too. */
  attempts?: number;
  lapses?: number;
  renamingTo?: string;
  renamingFrom?: string;
  /** `host:port`. */
  renamingServer?: string;
  renamingModifiedAt?: Date;
  /** Seconds from now. */
  dueIn?: number;
  /** Of the lease where the state is a claimed one: its owner, and seconds from now to its end. */
  lease?: { owner: string; endsIn: number };
}

/** Adds a routed transfer and its delivery to the ledger, as the route function would. */
export async function addDelivery(ledger: Ledger, seed: DeliverySeed): Promise<{ id: number; versionId: string }> {
  const versionId = randomUUID();
  const finalName = seed.finalName ?? `${versionId}.csv`;
  const size = seed.size ?? seed.content?.length ?? 0;
  const key = objectKey(`${publisher.partner}/claims/${finalName}`);
  const id = await ledger.transaction(async (transaction) => {
    const { rows } = await transaction.query<{ id: number }>(
      `INSERT INTO transfer (bucket, object_key, version_id, partner, file_group, file_name, size, etag, sequencer,
         state, uploaded_at)
       VALUES ('the-bucket', $1, $2, $3, 'claims', $4, $5, 'an-etag', '00', 'routed', now()) RETURNING id`,
      [key, versionId, publisher.partner, finalName, size],
    );
    const inserted = await transaction.query<{ id: number }>(
      `INSERT INTO delivery (transfer, subscription, state, queue, send_queue, object_key, version_id, size, final_name,
         attempts, claims, lapses, renaming_to, renaming_from, renaming_server, renaming_modified_at,
         next_attempt_at, lease_owner, lease_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, $15,
         now() + make_interval(secs => $16), $17::text,
         CASE WHEN $17::text IS NULL THEN NULL ELSE now() + make_interval(secs => $18) END)
       RETURNING id`,
      [
        ...[rows[0]?.id, seed.subscription, seed.state ?? "ready", seed.queue, seed.sendQueue ?? seed.queue, key],
        ...[versionId, size, finalName, seed.attempts ?? 0, seed.lapses ?? 0, seed.renamingTo ?? null],
        ...[seed.renamingFrom ?? null, seed.renamingServer ?? null, seed.renamingModifiedAt ?? null],
        ...[seed.dueIn ?? 0, seed.lease?.owner ?? null, seed.lease?.endsIn ?? 0],
      ],
    );
    return inserted.rows[0]?.id ?? 0;
  });
  return { id, versionId };
}

export interface DeliveryRow {
  state: DeliveryState;
  queue: string;
  send_queue: string;
  reason: string | null;
  attempts: number;
  delivered_as: string | null;
  size: number;
  sha256: string | null;
  renaming_to: string | null;
  renaming_from: string | null;
  renaming_server: string | null;
  claims: number;
  lapses: number;
  lease_owner: string | null;
  lease_until: Date | null;
  /** Whole seconds until its next attempt. */
  due_in: number;
  transfer_sha256: string | null;
  object_key: string;
  version_id: string;
}

export async function deliveryRow(ledger: Ledger, id: number): Promise<DeliveryRow> {
  const { rows } = await ledger.query<DeliveryRow & Record<string, unknown>>(
    `SELECT delivery.*, transfer.sha256 AS transfer_sha256,
       round(extract(epoch FROM delivery.next_attempt_at - now()))::integer AS due_in
     FROM delivery JOIN transfer ON transfer.id = delivery.transfer WHERE delivery.id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`there is no delivery ${id}`);
  return row;
}

/** How many deliveries are in each state. */
export async function statesOf(ledger: Ledger): Promise<Record<string, number>> {
  const { rows } = await ledger.query<{ state: string; count: number }>(
    "SELECT state, count(*)::integer AS count FROM delivery GROUP BY state",
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

export const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The error of a promise that must fail. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof Error) return outcome.error;
  throw new Error(`expected an error, got ${JSON.stringify(outcome)}`);
}
