import { randomBytes } from "node:crypto";
import { authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";
import { bucketOf, type Core } from "../core";
import { encryptionFor } from "../objects/encryption";
import { checkObjectKey } from "../objects/object-key";
import { authorizePut, type PutObjectInput } from "../objects/put-object";
import { invalidRequest } from "../s3-error";
import type { MultipartUpload } from "../store/multipart-upload";
import { noProperties } from "../store/object-version";

export interface CreateMultipartUploadInput extends Omit<PutObjectInput, "body" | "conditions"> {
  checksumAlgorithm?: ChecksumAlgorithm;
  /** Absent: FULL_OBJECT for CRC64NVME, COMPOSITE for the others. */
  checksumType?: "FULL_OBJECT" | "COMPOSITE";
}

/** Begins an upload in parts. Errors: NoSuchBucket, AccessDenied, KeyTooLongError, InvalidRequest. */
export async function createMultipartUpload(
  core: Core,
  caller: Caller,
  input: CreateMultipartUploadInput,
): Promise<Omit<MultipartUpload, "parts">> {
  const { bucket, key, checksumAlgorithm } = input;
  const properties = { ...noProperties(), ...input.properties };
  checkObjectKey(key);
  const encryption = encryptionFor(core, bucketOf(core, bucket), input.encryption);
  const checksumType = typeOf(checksumAlgorithm, input.checksumType);
  await authorizePut(core, caller, { ...input, properties });
  await authorizeKey(core, caller, "kms:GenerateDataKey", { bucket, key, encryption });
  bucketOf(core, bucket);
  const upload = {
    uploadId: randomBytes(48).toString("base64url"),
    key,
    initiated: core.clock.now().getTime(),
    initiator: caller.principalId,
    properties,
    encryption,
    checksumAlgorithm,
    checksumType,
  };
  await core.store.commit({ type: "upload-created", bucket, upload });
  return upload;
}

/** Source: S3 User Guide, checking object integrity: which algorithms can be of which type. */
function typeOf(algorithm: ChecksumAlgorithm | undefined, type: CreateMultipartUploadInput["checksumType"]) {
  if (algorithm === undefined) {
    if (type !== undefined) throw invalidRequest("x-amz-checksum-type needs x-amz-checksum-algorithm");
    return undefined;
  }
  const chosen = type ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  const possible = chosen === "COMPOSITE" ? algorithm !== "CRC64NVME" : !algorithm.startsWith("SHA");
  if (possible) return chosen;
  throw invalidRequest(`The ${chosen} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
}
