import { createHash } from "node:crypto";
import { authorize, authorizeKey } from "../authorization";
import type { Caller } from "../caller";
import { checksum } from "../checksums/checksum";
import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";
import type { Core } from "../core";
import { addVersion, type NewVersion } from "../objects/add-version";
import type { WriteConditions } from "../objects/conditions";
import type { FoundVersion } from "../objects/find-version";
import { badDigest, invalidRequest, S3Error } from "../s3-error";
import type { MultipartUpload, UploadedPart } from "../store/multipart-upload";
import type { StoredChecksum } from "../store/object-version";
import { findUpload, type UploadAddress } from "./find-upload";

/** A part as the client lists it. */
export interface ListedPart {
  number: number;
  etag: string;
  checksums: Partial<Record<ChecksumAlgorithm, string>>;
}

export interface CompleteMultipartUploadInput extends UploadAddress {
  /** In ascending order; uploaded parts that are not listed are discarded. */
  parts: readonly ListedPart[];
  conditions?: WriteConditions;
  /** The size the client expects of the whole, in bytes. */
  size?: number;
  /** The checksum the client expects of the whole. */
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

/** The smallest part but the last: 5 MiB. */
const smallestPart = 5 * 1024 ** 2;

/**
 * Makes one object of an upload's parts, in one step and without moving a byte.
 * Errors: NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, InvalidRequest, BadDigest, PreconditionFailed.
 */
export async function completeMultipartUpload(
  core: Core,
  caller: Caller,
  input: CompleteMultipartUploadInput,
): Promise<FoundVersion> {
  const { bucket, key, uploadId, conditions } = input;
  findUpload(core, input);
  await authorize(core, caller, { action: "s3:PutObject", bucket, key });
  const upload = findUpload(core, input);
  const { encryption, properties } = upload;
  await authorizeKey(core, caller, "kms:Decrypt", { bucket, key, encryption });
  const parts = partsOf(upload, input.parts);
  const size = parts.reduce((sum, { segment }) => sum + segment.size, 0);
  if (input.size !== undefined && input.size !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.size} does not match what was computed: ${size}`,
    );
  }
  const whole = await checksumOf(core, upload, parts);
  checkExpected(input.checksum, whole);
  const version: NewVersion = {
    key,
    etag: `${hashOf(parts.map(({ md5 }) => md5))}-${parts.length}`,
    size,
    segments: parts.map(({ segment }) => segment),
    properties,
    encryption,
    checksum: whole,
  };
  const event = "ObjectCreated:CompleteMultipartUpload";
  return addVersion(core, caller, { bucket, version, event, conditions, completes: uploadId });
}

/** The uploaded parts that the client lists, each checked against its listing. */
function partsOf(upload: MultipartUpload, listed: readonly ListedPart[]): UploadedPart[] {
  if (listed.length === 0) throw invalidRequest("You must specify at least one part");
  if (listed.some(({ number }, index) => number <= (listed[index - 1]?.number ?? 0))) {
    const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
    throw new S3Error("InvalidPartOrder", 400, message);
  }
  return listed.map((wanted, index) => {
    const part = upload.parts.get(wanted.number);
    if (part === undefined || part.etag !== wanted.etag) throw invalidPart(upload, wanted);
    checkPartChecksum(upload, part, wanted);
    if (index < listed.length - 1 && part.segment.size < smallestPart) throw entityTooSmall(part);
    return part;
  });
}

function checkPartChecksum(upload: MultipartUpload, part: UploadedPart, wanted: ListedPart): void {
  const { checksumAlgorithm: algorithm, checksumType } = upload;
  const given = Object.entries(wanted.checksums);
  if (given.some(([name, value]) => name !== algorithm || value !== part.checksum)) throw invalidPart(upload, wanted);
  if (checksumType !== "COMPOSITE" || given.length > 0) return;
  throw invalidRequest(
    `The upload was created using a ${algorithm?.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
  );
}

async function checksumOf(
  core: Core,
  { checksumAlgorithm: algorithm, checksumType: type }: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<StoredChecksum | undefined> {
  if (algorithm === undefined || type === undefined) return undefined;
  const whole = checksum(algorithm);
  if (type === "COMPOSITE") {
    for (const part of parts) whole.update(Buffer.from(part.checksum ?? "", "base64"));
    return { algorithm, type, value: `${whole.digest().toString("base64")}-${parts.length}` };
  }
  const segments = parts.map(({ segment }) => segment);
  for await (const chunk of core.store.blobs.read(segments, 0, Number.POSITIVE_INFINITY)) whole.update(chunk);
  return { algorithm, type, value: whole.digest().toString("base64") };
}

function checkExpected(expected: CompleteMultipartUploadInput["checksum"], whole: StoredChecksum | undefined): void {
  if (expected === undefined) return;
  if (whole?.algorithm !== expected.algorithm)
    throw invalidRequest("The upload was created with another checksum algorithm.");
  // The client may leave the number of parts away.
  if (whole.value !== expected.value && whole.value.replace(/-\d+$/, "") !== expected.value) {
    throw badDigest(expected.algorithm);
  }
}

const hashOf = (parts: readonly string[]) => createHash("md5").update(parts.join(""), "hex").digest("hex");

const invalidPart = ({ uploadId }: MultipartUpload, { number, etag }: ListedPart) =>
  new S3Error(
    "InvalidPart",
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: uploadId, PartNumber: String(number), ETag: etag } },
  );

const entityTooSmall = ({ number, etag, segment }: UploadedPart) =>
  new S3Error("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size", {
    fields: {
      ProposedSize: String(segment.size),
      MinSizeAllowed: String(smallestPart),
      PartNumber: String(number),
      ETag: etag,
    },
  });
