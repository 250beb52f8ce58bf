import { createHash } from "node:crypto";
import { authorize } from "../authorization";
import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { noProperties } from "../store/object-version";
import { addVersion } from "./add-version";
import { checkVersionId, type ObjectAddress, shownVersionId } from "./find-version";
import { checkObjectKey } from "./object-key";

export interface DeleteObjectOutput {
  /** A delete marker was added, or the version deleted was one. */
  deleteMarker: boolean;
  /** Of the delete marker added, or of the version deleted; absent where the bucket keeps no versions. */
  versionId?: string;
}

/**
 * Deletes a version for good where `versionId` is given or the bucket keeps none; else adds a delete marker.
 * What is not there counts as deleted. Errors: NoSuchBucket, AccessDenied.
 */
export async function deleteObject(core: Core, caller: Caller, address: ObjectAddress): Promise<DeleteObjectOutput> {
  const { bucket, key, versionId } = address;
  checkObjectKey(key);
  checkVersionId(versionId);
  bucketOf(core, bucket);
  const action = versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
  await authorize(core, caller, { action, bucket, key, conditions: { "s3:VersionId": versionId } });
  const { versioning } = bucketOf(core, bucket).configuration;
  if (versionId !== undefined) return removeVersion(core, caller, { bucket, key, versionId });
  if (versioning === "Off") return removeVersion(core, caller, { bucket, key, versionId: "null" });
  const version = { key, etag: emptyMd5, size: 0, segments: [], properties: noProperties(), deleteMarker: true };
  const marker = await addVersion(core, caller, { bucket, version, event: "ObjectRemoved:DeleteMarkerCreated" });
  return { deleteMarker: true, versionId: marker.versionId };
}

/** What S3 gives as a delete marker's ETag in events. */
const emptyMd5 = createHash("md5").digest("hex");

async function removeVersion(
  core: Core,
  caller: Caller,
  address: Required<ObjectAddress>,
): Promise<DeleteObjectOutput> {
  const { bucket: name, key, versionId } = address;
  const bucket = bucketOf(core, name);
  const version = bucket.version(key, versionId);
  const shown = shownVersionId(core, name, { versionId });
  if (version === undefined) return { deleteMarker: false, versionId: shown };
  const committed = core.store.commit({ type: "version-removed", bucket: name, key, versionId });
  core.notifier.notify(bucket, {
    name: "ObjectRemoved:Delete",
    bucket: name,
    key,
    ...(versionId !== "null" && { versionId }),
    sequencer: core.nextSequencer(),
    time: core.clock.now(),
    caller,
  });
  await committed;
  return { deleteMarker: version.deleteMarker, versionId: shown };
}
