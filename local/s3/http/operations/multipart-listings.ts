import type { Core } from "../../core";
import { listMultipartUploads } from "../../multipart/list-multipart-uploads";
import { listParts } from "../../multipart/list-parts";
import { invalidArgument } from "../../s3-error";
import type { MultipartUpload, UploadedPart } from "../../store/multipart-upload";
import type { Operation } from "../operation";
import { canonicalId } from "../owner";
import type { S3Request } from "../s3-request";
import { sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";
import { encoding, listingOf, prefixElements } from "./listing-operations";
import { partChecksum, uploadOf } from "./multipart-operations";

export const multipartListings: readonly Operation[] = [
  {
    name: "ListParts",
    method: "GET",
    on: "object",
    marks: ["uploadId"],
    query: ["part-number-marker", "max-parts"],
    answer: answerParts,
  },
  {
    name: "ListMultipartUploads",
    method: "GET",
    on: "bucket",
    marks: ["uploads"],
    query: ["prefix", "delimiter", "max-uploads", "key-marker", "upload-id-marker", "encoding-type"],
    answer: answerUploads,
  },
];

async function answerParts(core: Core, request: S3Request): Promise<void> {
  const { limit } = listingOf(request, "max-parts");
  const marker = request.query.get("part-number-marker") ?? "0";
  if (!/^\d{1,9}$/.test(marker)) throw invalidArgument("Not a part number", "part-number-marker", marker);
  const input = { ...uploadOf(request), after: Number(marker), maxParts: limit };
  const { upload, parts, truncated } = await listParts(core, request.caller, input);
  sendXml(request, [
    "ListPartsResult",
    [
      ["Bucket", input.bucket],
      ["Key", input.key],
      ["UploadId", input.uploadId],
      ...ownerElements(core, upload),
      ["ChecksumAlgorithm", upload.checksumAlgorithm],
      ["ChecksumType", upload.checksumType],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", parts.at(-1)?.number ?? 0],
      ["MaxParts", limit],
      ["IsTruncated", truncated],
      ...parts.map((part) => partElement(part, upload)),
    ],
  ]);
}

const partElement = (part: UploadedPart, upload: MultipartUpload): XmlElement => [
  "Part",
  [
    ["PartNumber", part.number],
    ["LastModified", new Date(part.lastModified).toISOString()],
    ["ETag", `"${part.etag}"`],
    ["Size", part.segment.size],
    ...partChecksum(part, upload),
  ],
];

async function answerUploads(core: Core, request: S3Request): Promise<void> {
  const { query } = request;
  const encode = encoding(request);
  const { limit, ...listing } = listingOf(request, "max-uploads");
  const keyMarker = query.get("key-marker") ?? undefined;
  const uploadIdMarker = query.get("upload-id-marker") ?? undefined;
  const input = { ...listing, maxUploads: limit, keyMarker, uploadIdMarker };
  const { uploads, commonPrefixes, next } = await listMultipartUploads(core, request.caller, input);
  sendXml(request, [
    "ListMultipartUploadsResult",
    [
      ["Bucket", listing.bucket],
      ["KeyMarker", encode(keyMarker ?? "")],
      ["UploadIdMarker", uploadIdMarker ?? ""],
      ["NextKeyMarker", next && encode(next.keyMarker)],
      ["NextUploadIdMarker", next?.uploadIdMarker],
      ["Prefix", encode(listing.prefix ?? "")],
      ["Delimiter", listing.delimiter && encode(listing.delimiter)],
      ["EncodingType", query.get("encoding-type") ?? undefined],
      ["MaxUploads", limit],
      ["IsTruncated", next !== undefined],
      ...uploads.map(
        (upload): XmlElement => [
          "Upload",
          [
            ["Key", encode(upload.key)],
            ["UploadId", upload.uploadId],
            ...ownerElements(core, upload),
            ["Initiated", new Date(upload.initiated).toISOString()],
            ["ChecksumAlgorithm", upload.checksumAlgorithm],
            ["ChecksumType", upload.checksumType],
          ],
        ],
      ),
      ...prefixElements(commonPrefixes, encode),
    ],
  ]);
}

const ownerElements = ({ accountId }: Core, { initiator, properties }: MultipartUpload): XmlElement[] => [
  ["Initiator", [["ID", initiator]]],
  ["Owner", [["ID", canonicalId(accountId)]]],
  ["StorageClass", properties.storageClass],
];
