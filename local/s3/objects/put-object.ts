import { authorize, authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import type { Digests } from "../checksums/digests";
import { bucketOf, type Core } from "../core";
import type { DefaultEncryption } from "../store/bucket";
import { noProperties, type ObjectProperties, type StoredChecksum } from "../store/object-version";
import { addVersion, etagOf } from "./add-version";
import { checkWriteConditions, type WriteConditions } from "./conditions";
import { encryptionFor } from "./encryption";
import { type FoundVersion, requestTagConditions } from "./find-version";
import { checkObjectKey } from "./object-key";
import { checkTags } from "./tags";
import { receiveBody, type UploadBody } from "./upload-body";

export interface PutObjectInput {
  bucket: string;
  key: string;
  body: UploadBody;
  properties?: Partial<ObjectProperties>;
  /** Absent: the bucket's default. */
  encryption?: DefaultEncryption;
  conditions?: WriteConditions;
}

/**
 * Stores an object; it becomes visible when its last byte is on disk and verified.
 * Errors: NoSuchBucket, AccessDenied, KeyTooLongError, PreconditionFailed, EntityTooLarge, and those of the body.
 */
export async function putObject(core: Core, caller: Caller, input: PutObjectInput): Promise<FoundVersion> {
  const { bucket, key, body, conditions } = input;
  const properties = { ...noProperties(), ...input.properties };
  checkObjectKey(key);
  const encryption = encryptionFor(core, bucketOf(core, bucket), input.encryption);
  await authorizePut(core, caller, { ...input, properties });
  await authorizeKey(core, caller, "kms:GenerateDataKey", { bucket, key, encryption });
  checkWriteConditions(bucketOf(core, bucket), key, conditions);
  const { segment, digests } = await receiveBody(core, body);
  const checksum = storedChecksum(body, digests);
  const { md5, size } = digests;
  const version = {
    key,
    etag: etagOf(md5, encryption),
    md5,
    size,
    segments: [segment],
    properties,
    encryption,
    checksum,
  };
  return addVersion(core, caller, { bucket, version, event: "ObjectCreated:Put", conditions });
}

function storedChecksum({ checksum: algorithm }: UploadBody, { checksum: value }: Digests): StoredChecksum | undefined {
  return algorithm && value !== undefined ? { algorithm, value, type: "FULL_OBJECT" } : undefined;
}

/** Asks for `s3:PutObject`, and for `s3:PutObjectTagging` where tags come along. */
export async function authorizePut(
  core: Core,
  caller: Caller,
  put: Pick<PutObjectInput, "bucket" | "key" | "encryption" | "conditions"> & {
    properties: ObjectProperties;
    copySource?: string;
  },
): Promise<void> {
  const { bucket, key, encryption, conditions: write, properties, copySource } = put;
  const { tags, storageClass } = properties;
  checkTags(tags);
  const tagKeys = Object.keys(tags);
  const tagging = requestTagConditions(tags);
  const conditions = {
    "s3:x-amz-server-side-encryption": encryption?.algorithm,
    "s3:x-amz-server-side-encryption-aws-kms-key-id": encryption?.kmsKeyId,
    "s3:x-amz-storage-class": storageClass,
    "s3:x-amz-copy-source": copySource,
    "s3:if-match": write?.ifMatch,
    "s3:if-none-match": write?.ifNoneMatch,
    ...(tagKeys.length > 0 && tagging),
  };
  await authorize(core, caller, { action: "s3:PutObject", bucket, key, conditions });
  if (tagKeys.length > 0)
    await authorize(core, caller, { action: "s3:PutObjectTagging", bucket, key, conditions: tagging });
}
