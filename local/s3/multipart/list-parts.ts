import { authorize } from "../authorization";
import type { Caller } from "../caller";
import type { Core } from "../core";
import type { MultipartUpload, UploadedPart } from "../store/multipart-upload";
import { findUpload, type UploadAddress } from "./find-upload";

export interface ListPartsInput extends UploadAddress {
  /** Parts up to this number were listed before. */
  after?: number;
  /** At most 1,000. */
  maxParts?: number;
}

export interface ListPartsOutput {
  upload: MultipartUpload;
  parts: UploadedPart[];
  truncated: boolean;
}

/** Lists the parts of an upload by number. Errors: NoSuchUpload, AccessDenied. */
export async function listParts(core: Core, caller: Caller, input: ListPartsInput): Promise<ListPartsOutput> {
  const { bucket, key, after = 0, maxParts = 1_000 } = input;
  findUpload(core, input);
  await authorize(core, caller, { action: "s3:ListMultipartUploadParts", bucket, key });
  const upload = findUpload(core, input);
  const rest = [...upload.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const parts = rest.slice(0, Math.min(maxParts, 1_000));
  return { upload, parts, truncated: parts.length < rest.length };
}
