import type { Caller } from "../caller";
import type { Core } from "../core";
import { bucketOf } from "../core";
import { type FoundVersion, findVersion, type ObjectAddress, requestTagConditions } from "./find-version";
import { checkTags } from "./tags";

/** The tags of an object. Errors: as getObject. */
export function getObjectTagging(core: Core, caller: Caller, address: ObjectAddress): Promise<FoundVersion> {
  return findVersion(core, caller, address, { action: "s3:GetObjectTagging" });
}

/** Replaces the tags of an object; its version, ETag and date stay. Errors: as getObject, InvalidTag. */
export async function putObjectTagging(
  core: Core,
  caller: Caller,
  address: ObjectAddress & { tags: Record<string, string> },
): Promise<FoundVersion> {
  checkTags(address.tags);
  const conditions = requestTagConditions(address.tags);
  const found = await findVersion(core, caller, address, { action: "s3:PutObjectTagging", conditions });
  return setTags(core, caller, { ...address, found, event: "ObjectTagging:Put" });
}

/** Takes all tags from an object. Errors: as getObject. */
export async function deleteObjectTagging(core: Core, caller: Caller, address: ObjectAddress): Promise<FoundVersion> {
  const found = await findVersion(core, caller, address, { action: "s3:DeleteObjectTagging" });
  return setTags(core, caller, { ...address, tags: {}, found, event: "ObjectTagging:Delete" });
}

async function setTags(
  core: Core,
  caller: Caller,
  change: {
    bucket: string;
    key: string;
    tags: Record<string, string>;
    found: FoundVersion;
    event: "ObjectTagging:Put" | "ObjectTagging:Delete";
  },
): Promise<FoundVersion> {
  const { bucket, key, tags, found, event } = change;
  const { versionId, etag, sequencer } = found.version;
  const committed = core.store.commit({ type: "version-tagged", bucket, key, versionId, tags });
  core.notifier.notify(bucketOf(core, bucket), {
    name: event,
    bucket,
    key,
    etag,
    ...(versionId !== "null" && { versionId }),
    sequencer,
    time: core.clock.now(),
    caller,
  });
  await committed;
  return found;
}
