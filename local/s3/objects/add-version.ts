import { randomBytes } from "node:crypto";
import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import type { EventName } from "../events/object-event";
import { noSuchUpload } from "../s3-error";
import type { Bucket } from "../store/bucket";
import type { Encryption, ObjectVersion } from "../store/object-version";
import { checkWriteConditions, type WriteConditions } from "./conditions";
import { type FoundVersion, shownVersionId } from "./find-version";

/** A version before it has its id, time and place in the order of events. */
export type NewVersion = Pick<ObjectVersion, "key" | "etag" | "size" | "segments" | "properties"> &
  Pick<Partial<ObjectVersion>, "md5" | "encryption" | "checksum" | "deleteMarker"> & {
    /** Absent: a new one. */
    replicaOf?: { versionId: string };
  };

export interface Addition {
  bucket: string;
  version: NewVersion;
  event: EventName;
  conditions?: WriteConditions;
  /** The multipart upload that this completes. */
  completes?: string;
}

/**
 * Makes a version the current one of its key and tells of it. The conditions are checked in the same tick, so no other
 * write comes between. The bytes must be on disk; they are deleted if the version is refused.
 */
export async function addVersion(core: Core, caller: Caller, addition: Addition): Promise<FoundVersion> {
  const { event, conditions, completes } = addition;
  const time = core.clock.now();
  let bucket: Bucket;
  try {
    bucket = bucketOf(core, addition.bucket);
    if (completes !== undefined && !bucket.uploads.has(completes)) throw noSuchUpload(completes);
    checkWriteConditions(bucket, addition.version.key, conditions);
  } catch (error) {
    if (completes === undefined) await core.store.blobs.remove(addition.version.segments.map(({ blob }) => blob));
    throw error;
  }
  const { replicaOf, ...given } = addition.version;
  const version: ObjectVersion = {
    deleteMarker: false,
    ...given,
    ...(replicaOf && { replica: true }),
    versionId: bucket.configuration.versioning === "Enabled" ? (replicaOf?.versionId ?? newVersionId()) : "null",
    lastModified: time.getTime(),
    sequencer: core.nextSequencer(),
  };
  const { key, size, etag, sequencer, versionId } = version;
  const committed = core.store.commit({ type: "version-added", bucket: bucket.name, version, completes });
  const told = { bucket: bucket.name, key, etag, sequencer, time, caller };
  core.notifier.notify(bucket, {
    ...told,
    name: event,
    ...(!version.deleteMarker && { size }),
    ...(versionId !== "null" && { versionId }),
  });
  await committed;
  return { version, versionId: shownVersionId(core, bucket.name, version) };
}

/** The ETag of content with this MD5. As on AWS, it is no MD5 of the content where a KMS key encrypts it. */
export const etagOf = (md5: string, { algorithm }: Encryption) =>
  algorithm === "aws:kms" ? randomBytes(16).toString("hex") : md5;

/** 32 characters of `[A-Za-z0-9._]`. */
const newVersionId = () => randomBytes(24).toString("base64url").replace(/-/g, ".");
