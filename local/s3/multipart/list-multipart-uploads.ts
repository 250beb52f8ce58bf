import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { authorizeList, longestPage } from "../listing/list-objects";
import { throughout, upTo } from "../listing/walk-keys";
import { keyOrder } from "../store/key-order";
import type { MultipartUpload } from "../store/multipart-upload";

export interface ListMultipartUploadsInput {
  bucket: string;
  prefix?: string;
  delimiter?: string;
  /** Default and most: 1,000. */
  maxUploads?: number;
  keyMarker?: string;
  /** Only with a key marker: listing goes on among that key's uploads. */
  uploadIdMarker?: string;
}

export interface ListMultipartUploadsOutput {
  uploads: MultipartUpload[];
  commonPrefixes: string[];
  /** Present if there is more. */
  next?: { keyMarker: string; uploadIdMarker?: string };
}

/** One page of the uploads under way, by key and then by age. Errors: NoSuchBucket, AccessDenied. */
export async function listMultipartUploads(
  core: Core,
  caller: Caller,
  input: ListMultipartUploadsInput,
): Promise<ListMultipartUploadsOutput> {
  const { prefix = "", delimiter = "", maxUploads = longestPage } = input;
  bucketOf(core, input.bucket);
  await authorizeList(core, caller, { ...input, maxKeys: undefined, action: "s3:ListBucketMultipartUploads" });
  const uploads: MultipartUpload[] = [];
  const commonPrefixes = new Set<string>();
  let next: ListMultipartUploadsOutput["next"];
  for (const upload of remaining([...bucketOf(core, input.bucket).uploads.values()], input)) {
    const cut = delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const commonPrefix = cut < 0 ? undefined : upload.key.slice(0, cut + delimiter.length);
    if (commonPrefix !== undefined && commonPrefixes.has(commonPrefix)) continue;
    if (uploads.length + commonPrefixes.size >= Math.min(maxUploads, longestPage)) {
      return { uploads, commonPrefixes: [...commonPrefixes], next };
    }
    if (commonPrefix === undefined) uploads.push(upload);
    else commonPrefixes.add(commonPrefix);
    next = commonPrefix ? { keyMarker: commonPrefix } : { keyMarker: upload.key, uploadIdMarker: upload.uploadId };
  }
  return { uploads, commonPrefixes: [...commonPrefixes] };
}

function remaining(uploads: MultipartUpload[], input: ListMultipartUploadsInput): MultipartUpload[] {
  const { prefix = "", delimiter, keyMarker, uploadIdMarker } = input;
  uploads.sort((a, b) => keyOrder(a.key, b.key) || a.initiated - b.initiated || keyOrder(a.uploadId, b.uploadId));
  const ofPrefix = uploads.filter(({ key }) => key.startsWith(prefix));
  if (!keyMarker) return ofPrefix;
  const marked = ofPrefix.findIndex((upload) => upload.uploadId === uploadIdMarker && upload.key === keyMarker);
  if (marked >= 0) return ofPrefix.slice(marked + 1);
  const passed = delimiter && keyMarker.endsWith(delimiter) ? throughout(keyMarker) : upTo(keyMarker);
  return ofPrefix.filter(({ key }) => !passed(key));
}
