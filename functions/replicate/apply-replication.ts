import type { ReadVersion } from "../../adapters/read-version";
import type { Replication } from "../../domain/events/replication";
import type { Ledger } from "../../domain/ledger/ledger";
import { claimReplica } from "../../domain/ledger/replicas/claim-replica";
import { isSuperseded } from "../../domain/ledger/replicas/is-superseded";
import { purgeReplica } from "../../domain/ledger/replicas/purge-replica";
import { mountPath } from "../../domain/mount-path";
import { type Mount, Refusal } from "./mount/mount";
import { placeFile, tryPlace } from "./mount/place-file";
import { removeFile } from "./mount/remove-file";
import { discardTemporaryFile, writeTemporaryFile } from "./mount/temporary-file";

export interface ReplicationTools {
  /** As `quayside_replicate`. */
  ledger: Ledger;
  readVersion: ReadVersion;
  mount: Mount;
  /** The bucket that is copied; others are none of this function's business. */
  bucket: string;
  /** Whether what is deleted there is deleted here. */
  mirrorDeletions: boolean;
}

/** What became of an order. The words are those of the log. */
export type Replicated =
  | "file replicated"
  | "file removed"
  /** The file system holds this, or something newer. */
  | "file is newer already"
  /** The version does not exist any more. */
  | "version is gone"
  | "deletion not mirrored";

/**
 * Carries out one order, as often as it comes. Among orders for one key, that with the latest sequencer wins, whatever
 * their order of arrival: the file is put in place (or removed) while its row of the ledger is locked, and only if the
 * row held nothing newer. A crash before the commit leaves the row as it was, and the order comes again.
 *
 * Throws a {@link Refusal} or an {@link Obstacle} where the key can be no file on the mount.
 */
export async function applyReplication(replication: Replication, tools: ReplicationTools): Promise<Replicated> {
  if (replication.bucket !== tools.bucket) throw new Refusal(`this is of the bucket ${replication.bucket}`);
  const path = mountPath(replication.objectKey);
  if (typeof path === "string") throw new Refusal(path);
  if (replication.kind === "created") return create(replication, path, tools);
  return tools.mirrorDeletions ? remove(replication, path, tools) : "deletion not mirrored";
}

async function create(replication: Replication, path: string[], tools: ReplicationTools): Promise<Replicated> {
  const { ledger, readVersion, mount } = tools;
  await tryPlace(mount, path);
  if (await isSuperseded(ledger, replication)) return "file is newer already";
  const content = await readVersion(replication);
  if (content === null) return "version is gone";
  const { size, uploadedAt: modifiedAt } = replication;
  const temporaryPath = await writeTemporaryFile(mount, { content, size, modifiedAt });
  try {
    const isNewest = await ledger.transaction(async (transaction) => {
      const claimed = await claimReplica(transaction, replication);
      if (claimed) await placeFile(mount, temporaryPath, path);
      return claimed;
    });
    return isNewest ? "file replicated" : "file is newer already";
  } finally {
    // Gone where it was put in place.
    await discardTemporaryFile(temporaryPath);
  }
}

async function remove(
  replication: Replication,
  path: string[],
  { ledger, mount }: ReplicationTools,
): Promise<Replicated> {
  const { kind, objectKey, objectPrefix } = replication;
  if (!objectKey.startsWith(objectPrefix)) throw new Refusal(`it is not in the folder ${objectPrefix}`);
  const kept = objectPrefix.split("/").length - 1;
  const isNewest = await ledger.transaction(async (transaction) => {
    const claimed = await (kind === "purged" ? purgeReplica : claimReplica)(transaction, replication);
    if (claimed) await removeFile(mount, path, kept);
    return claimed;
  });
  return isNewest ? "file removed" : "file is newer already";
}
