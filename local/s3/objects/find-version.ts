import { authorize, authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { invalidArgument, noSuchKey, noSuchVersion, S3Error } from "../s3-error";
import type { ObjectVersion } from "../store/object-version";
import { checkObjectKey } from "./object-key";

export interface ObjectAddress {
  bucket: string;
  key: string;
  /** `null` names the version written while the bucket kept none. Absent: the current version. */
  versionId?: string;
}

export interface FoundVersion {
  version: ObjectVersion;
  /** To be told to the client: absent where the bucket never kept versions. */
  versionId?: string;
}

/** The version an address means, for which the caller has the permission (for `s3:GetObject`, by its address's variant). */
export async function findVersion(
  core: Core,
  caller: Caller,
  address: ObjectAddress,
  need: { action: string; decrypt?: boolean; conditions?: Record<string, string | string[]> },
): Promise<FoundVersion> {
  const { bucket, key, versionId } = address;
  checkObjectKey(key);
  checkVersionId(versionId);
  const tags = lookUp(core, address)?.properties.tags ?? {};
  const action = versionId === undefined ? need.action : versionAction(need.action);
  const conditions = { "s3:VersionId": versionId, ...tagConditions("s3:ExistingObjectTag", tags), ...need.conditions };
  await authorize(core, caller, { action, bucket, key, conditions });
  const version = lookUp(core, address);
  if (version === undefined) {
    // Without leave to list, S3 does not say that a key is missing.
    await authorize(core, caller, { action: "s3:ListBucket", bucket, conditions: { "s3:prefix": key }, probe: true });
    throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  if (version.deleteMarker) throw deleteMarkerRead(version, versionId);
  if (need.decrypt) await authorizeKey(core, caller, "kms:Decrypt", { bucket, key, encryption: version.encryption });
  return { version, versionId: shownVersionId(core, bucket, version) };
}

/** The version id as responses show it: not at all where the bucket never kept versions. */
export function shownVersionId(core: Core, bucket: string, { versionId }: { versionId: string }): string | undefined {
  return bucketOf(core, bucket).configuration.versioning === "Off" ? undefined : versionId;
}

/** `s3:GetObject` → `s3:GetObjectVersion`, `s3:PutObjectTagging` → `s3:PutObjectVersionTagging`. */
export const versionAction = (action: string) => action.replace(/^s3:(Get|Put|Delete)Object/, "$&Version");

/** The condition keys of tags: `s3:ExistingObjectTag/<key>`. */
export const tagConditions = (name: string, tags: Record<string, string>) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${name}/${key}`, value]));

/** The condition keys of tags that a request would set. */
export const requestTagConditions = (tags: Record<string, string>) => ({
  ...tagConditions("s3:RequestObjectTag", tags),
  "s3:RequestObjectTagKeys": Object.keys(tags),
});

/** Refuses what cannot be a version id, as S3 does, apart from ids that merely do not exist. */
export function checkVersionId(versionId: string | undefined): void {
  if (versionId === undefined || versionId === "null" || /^[A-Za-z0-9._-]{32}$/.test(versionId)) return;
  throw invalidArgument("Invalid version id specified", "versionId", versionId);
}

function lookUp(core: Core, { bucket, key, versionId }: ObjectAddress): ObjectVersion | undefined {
  const found = bucketOf(core, bucket);
  return versionId === undefined ? found.current(key) : found.version(key, versionId);
}

function deleteMarkerRead(marker: ObjectVersion, versionId: string | undefined): S3Error {
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": marker.versionId };
  if (versionId === undefined) return noSuchKey(marker.key, headers);
  return new S3Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.", {
    fields: { ResourceType: "DeleteMarker", Key: marker.key },
    headers: { ...headers, allow: "DELETE", "last-modified": new Date(marker.lastModified).toUTCString() },
  });
}
