import type { Delivery, TransformStep } from "../../entitlements";
import type { ObjectKey } from "../../paths";
import type { Queryable } from "../ledger";
import { claimable } from "./claimable";
import { leaseSeconds } from "./lease";
import type { PushDestination } from "./push-destination";
import type { Stage } from "./stage";

/** A delivery that a job holds the lease of, with what it needs to work on it. */
export interface ClaimedDelivery {
  id: number;
  /** The subscriber. */
  partner: string;
  /** The subscription's name. */
  subscription: string;
  publisher: string;
  fileGroup: string;
  /** As the publisher uploaded it. */
  fileName: string;
  objectKey: ObjectKey;
  versionId: string;
  /** Bytes of that object version. */
  size: number;
  /** Hex; null while nobody has read the object. */
  sha256: string | null;
  /** Under which it is to be delivered, one path segment. */
  finalName: string;
  /** Attempts of this stage, the one that begins included. */
  attempts: number;
  /** How often it was claimed, this time included; no two claims have the same number. */
  claims: number;
  /** How often a job died that had claimed it. */
  lapses: number;
  /** Where an earlier attempt was about to put the file when it broke off. */
  renamingTo: string | null;
  /** The server on which it was, as `host:port`; null where it was a placement. */
  renamingServer: string | null;
  /** The temporary file that it was about to rename there. */
  renamingFrom: string | null;
  /** When that one was last changed, by the server's clock; null where the server did not say. */
  renamingModifiedAt: Date | null;
  /** The queue of its send job, as the subscription was when the delivery was claimed. */
  sendQueue: string;
  /** Where a push goes, as of this claim; null in a queue that is no push, or where the destination left the files. */
  destination: PushDestination | null;
  delivery: Delivery;
  transform: TransformStep[];
}

/** How long a suspect is left for a quiet moment. Then it goes with the others, at their risk. */
const quietHours = 1;

/** In a claimed state only those are due whose lease has lapsed. */
const isSuspect = "(state = $3 OR lapses > 0)";
const isTired = `coalesce(lease_until, next_attempt_at) <= now() - interval '${quietHours} hours'`;

/**
 * Claims up to `limit` deliveries of the queue that are due, oldest first; nothing of a subscription that went away or
 * now delivers elsewhere. Those that had a job die while it held them (their lease lapsed) are suspects: one of them may
 * have been the reason. They are for `suspects` only, to be worked on with nothing beside them, those that saw the
 * fewest jobs die first.
 *
 * A send job leaves out a file while one of the same subscription and name that was uploaded earlier is under way, so
 * that the newest upload of a name is always the last to arrive.
 */
export async function claimDeliveries(
  ledger: Queryable,
  {
    queue,
    stage,
    owner,
    limit,
    suspects = false,
  }: { queue: string; stage: Stage; owner: string; limit: number; suspects?: boolean },
): Promise<ClaimedDelivery[]> {
  const { rows } = await ledger.query<ClaimedDelivery>(
    `WITH claimable AS (
       SELECT id, state = $3 AS has_lapsed FROM delivery
       WHERE queue = $1
         AND ((state = $2 AND next_attempt_at <= now()) OR (state = $3 AND lease_until <= now()))
         AND ${claimable}
         AND ($4 <> 'send' OR NOT EXISTS (
           SELECT FROM delivery older
           WHERE older.subscription = delivery.subscription AND older.final_name = delivery.final_name
             AND (older.sequencer, older.id) < (delivery.sequencer, delivery.id)
             AND older.state IN ('waiting', 'transforming', 'ready', 'sending')))
         AND ${suspects ? isSuspect : `(NOT ${isSuspect} OR ${isTired})`}
       ORDER BY ${suspects ? "lapses, " : ""}next_attempt_at, id
       LIMIT $5
       FOR UPDATE SKIP LOCKED
     )
     UPDATE delivery SET
       state = $3, lease_owner = $6, lease_until = now() + make_interval(secs => $7),
       attempts = delivery.attempts + 1, claims = delivery.claims + 1,
       lapses = delivery.lapses + has_lapsed::integer, reason = NULL
     FROM claimable, transfer, subscription
     WHERE delivery.id = claimable.id AND transfer.id = delivery.transfer AND subscription.id = delivery.subscription
     RETURNING delivery.id, subscription.partner, subscription.name AS subscription, transfer.partner AS publisher,
       transfer.file_group AS "fileGroup", transfer.file_name AS "fileName", delivery.object_key AS "objectKey",
       delivery.version_id AS "versionId", delivery.size, delivery.sha256, delivery.final_name AS "finalName",
       delivery.attempts, delivery.claims, delivery.lapses, delivery.renaming_to AS "renamingTo",
       delivery.renaming_server AS "renamingServer", delivery.renaming_from AS "renamingFrom",
       delivery.renaming_modified_at AS "renamingModifiedAt",
       subscription.send_queue AS "sendQueue", subscription.delivery, subscription.transform,
       (SELECT jsonb_build_object(
                 'id', id, 'host', host, 'port', port, 'username', username, 'hostKeys', host_keys,
                 'authentication', authentication, 'secretName', secret_name)
        FROM destination WHERE id = substring(delivery.queue FROM '^push:(.*)') AND active) AS destination`,
    [queue, stage.idle, stage.claimed, stage.name, limit, owner, leaseSeconds],
  );
  return rows.sort((a, b) => a.id - b.id);
}
