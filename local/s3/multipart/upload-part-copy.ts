import type { Caller } from "../caller";
import type { Core } from "../core";
import { type ByteRange, extentOf } from "../objects/byte-range";
import { checkReadConditions, type ReadConditions } from "../objects/conditions";
import { findCopySource } from "../objects/copy-object";
import type { ObjectAddress } from "../objects/find-version";
import { receiveBody } from "../objects/upload-body";
import { invalidArgument } from "../s3-error";
import type { UploadAddress } from "./find-upload";
import { addPart, authorizePart, type UploadPartOutput } from "./upload-part";

export interface UploadPartCopyInput extends UploadAddress {
  partNumber: number;
  source: ObjectAddress;
  /** Both ends must lie in the source. */
  range?: ByteRange & { first: number; last: number };
  sourceConditions?: ReadConditions;
}

/** Makes a part of (a range of) another object. Errors: those of reading the source and of uploadPart. */
export async function uploadPartCopy(
  core: Core,
  caller: Caller,
  input: UploadPartCopyInput,
): Promise<UploadPartOutput & { sourceVersionId?: string }> {
  const { source, range, sourceConditions } = input;
  const { checksumAlgorithm } = await authorizePart(core, caller, input);
  const { version, versionId } = await findCopySource(core, caller, source);
  checkReadConditions(version, sourceConditions ?? {});
  if (range !== undefined && range.last >= version.size) {
    const given = `bytes=${range.first}-${range.last}`;
    throw invalidArgument(`Range specified is not valid for source object of size: ${version.size}`, "range", given);
  }
  const { start, end } = extentOf(range, version.size);
  const content = core.store.blobs.read(version.segments, start, end);
  const received = await receiveBody(core, { content, checksum: checksumAlgorithm });
  return { ...(await addPart(core, input, received, checksumAlgorithm)), sourceVersionId: versionId };
}
