import { authorize, authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import type { Core } from "../core";
import { etagOf } from "../objects/add-version";
import { type ReceivedBody, receiveBody, type UploadBody } from "../objects/upload-body";
import { invalidArgument } from "../s3-error";
import type { MultipartUpload, UploadedPart } from "../store/multipart-upload";
import { findUpload, type UploadAddress } from "./find-upload";

export interface UploadPartInput extends UploadAddress {
  /** 1 to 10,000; a part uploaded again replaces the former. */
  partNumber: number;
  body: UploadBody;
}

export interface UploadPartOutput {
  part: UploadedPart;
  upload: MultipartUpload;
}

/** Stores one part. Errors: NoSuchUpload, InvalidArgument, AccessDenied, EntityTooLarge, and those of the body. */
export async function uploadPart(core: Core, caller: Caller, input: UploadPartInput): Promise<UploadPartOutput> {
  const upload = await authorizePart(core, caller, input);
  const { body } = input;
  const received = await receiveBody(core, { ...body, checksum: body.checksum ?? upload.checksumAlgorithm });
  return addPart(core, input, received, body.checksum ?? upload.checksumAlgorithm);
}

/** Asks for what a part needs, and finds its upload. */
export async function authorizePart(
  core: Core,
  caller: Caller,
  { partNumber, ...address }: UploadAddress & { partNumber: number },
): Promise<MultipartUpload> {
  const { bucket, key } = address;
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
    throw invalidArgument(
      "Part number must be an integer between 1 and 10000, inclusive",
      "partNumber",
      `${partNumber}`,
    );
  }
  const { encryption } = findUpload(core, address);
  await authorize(core, caller, { action: "s3:PutObject", bucket, key });
  await authorizeKey(core, caller, "kms:Decrypt", { bucket, key, encryption });
  return findUpload(core, address);
}

/** Adds a received part to its upload, or deletes its bytes if the upload has ended meanwhile. */
export async function addPart(
  core: Core,
  address: UploadAddress & { partNumber: number },
  { segment, digests }: ReceivedBody,
  algorithm: MultipartUpload["checksumAlgorithm"],
): Promise<UploadPartOutput> {
  let upload: MultipartUpload;
  try {
    upload = findUpload(core, address);
  } catch (error) {
    await core.store.blobs.remove([segment.blob]);
    throw error;
  }
  const part: UploadedPart = {
    number: address.partNumber,
    etag: etagOf(digests.md5, upload.encryption),
    checksum: algorithm === upload.checksumAlgorithm ? digests.checksum : undefined,
    md5: digests.md5,
    segment,
    lastModified: core.clock.now().getTime(),
  };
  await core.store.commit({ type: "part-added", bucket: address.bucket, uploadId: upload.uploadId, part });
  return { part, upload };
}
