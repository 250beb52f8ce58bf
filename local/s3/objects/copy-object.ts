import { authorize, authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";
import { bucketOf, type Core } from "../core";
import { invalidRequest, noSuchKey, S3Error } from "../s3-error";
import type { DefaultEncryption } from "../store/bucket";
import { noProperties, type ObjectProperties, type ObjectVersion } from "../store/object-version";
import { addVersion, etagOf, type NewVersion } from "./add-version";
import { checkReadConditions, type ReadConditions, type WriteConditions } from "./conditions";
import { encryptionFor } from "./encryption";
import { type FoundVersion, findVersion, type ObjectAddress } from "./find-version";
import { checkObjectKey } from "./object-key";
import { authorizePut } from "./put-object";
import { entityTooLarge, receiveBody } from "./upload-body";

export interface CopyObjectInput {
  source: ObjectAddress;
  sourceConditions?: ReadConditions;
  bucket: string;
  key: string;
  conditions?: WriteConditions;
  /** Absent: metadata and system headers are copied. */
  replacement?: Pick<ObjectProperties, "metadata" | "headers">;
  /** Absent: the tags are copied. */
  tags?: Record<string, string>;
  /** Absent: STANDARD, whatever the source has. */
  storageClass?: string;
  encryption?: DefaultEncryption;
  /** Absent: the source's checksum is kept. */
  checksumAlgorithm?: ChecksumAlgorithm;
}

export interface CopyObjectOutput extends FoundVersion {
  sourceVersionId?: string;
}

const largest = 5 * 1024 ** 3;

/** Copies a version of an object. Errors: those of reading the source and of writing the copy, InvalidRequest. */
export async function copyObject(core: Core, caller: Caller, input: CopyObjectInput): Promise<CopyObjectOutput> {
  const { source, bucket, key, conditions } = input;
  checkObjectKey(key);
  bucketOf(core, bucket);
  const found = await findCopySource(core, caller, source);
  checkReadConditions(found.version, input.sourceConditions ?? {});
  refuseNoChange(input);
  if (found.version.size > largest) throw entityTooLarge();
  const properties = await propertiesOf(core, caller, input, found.version);
  const encryption = encryptionFor(core, bucketOf(core, bucket), input.encryption);
  const copySource = `${source.bucket}/${source.key}`;
  await authorizePut(core, caller, { ...input, properties, copySource });
  await authorizeKey(core, caller, "kms:GenerateDataKey", { bucket, key, encryption });
  const content = await contentOf(core, found.version, input.checksumAlgorithm);
  const version: NewVersion = { ...content, key, etag: etagOf(content.md5, encryption), properties, encryption };
  const copy = await addVersion(core, caller, { bucket, version, event: "ObjectCreated:Copy", conditions });
  return { ...copy, sourceVersionId: found.versionId };
}

/** The source of a copy; unlike a read, it answers 400 to a delete marker named by its version id. */
export async function findCopySource(core: Core, caller: Caller, source: ObjectAddress): Promise<FoundVersion> {
  try {
    return await findVersion(core, caller, source, { action: "s3:GetObject", decrypt: true });
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "MethodNotAllowed") throw error;
    throw invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.");
  }
}

function refuseNoChange(input: CopyObjectInput): void {
  const { source, bucket, key, replacement, storageClass, encryption, checksumAlgorithm } = input;
  const itself = source.bucket === bucket && source.key === key && source.versionId === undefined;
  const changed = replacement ?? storageClass ?? encryption ?? checksumAlgorithm;
  if (!itself || changed !== undefined) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

async function propertiesOf(core: Core, caller: Caller, input: CopyObjectInput, version: ObjectVersion) {
  const { source, replacement, storageClass } = input;
  const { metadata, headers, tags } = version.properties;
  if (input.tags === undefined && Object.keys(tags).length > 0) {
    const action = source.versionId === undefined ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging";
    await authorize(core, caller, { action, ...source });
  }
  return {
    ...noProperties(),
    ...(replacement ?? { metadata, headers }),
    tags: input.tags ?? tags,
    ...(storageClass !== undefined && { storageClass }),
  };
}

type Content = Pick<ObjectVersion, "segments" | "size" | "checksum"> & { md5: string };

/** The source's bytes under new names: a second link where all digests are known, else written anew to take them. */
async function contentOf(core: Core, source: ObjectVersion, algorithm?: ChecksumAlgorithm): Promise<Content> {
  const { segments, size, md5, checksum } = source;
  const wanted = algorithm ?? checksum?.algorithm;
  const [segment] = segments;
  const known = checksum?.algorithm === wanted && checksum?.type !== "COMPOSITE";
  if (segments.length === 1 && segment !== undefined && md5 !== undefined && known) {
    return { segments: [await linked(core, source, segment)], size, md5, checksum };
  }
  const content = core.store.blobs.read(segments, 0, size);
  const { segment: written, digests } = await receiveBody(core, { content, checksum: wanted });
  const value = digests.checksum;
  return {
    segments: [written],
    size,
    md5: digests.md5,
    ...(wanted && value && { checksum: { algorithm: wanted, value, type: "FULL_OBJECT" as const } }),
  };
}

async function linked(core: Core, source: ObjectVersion, segment: ObjectVersion["segments"][number]) {
  try {
    return await core.store.blobs.duplicate(segment);
  } catch (error) {
    // Deleted since it was found.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw noSuchKey(source.key);
    throw error;
  }
}
