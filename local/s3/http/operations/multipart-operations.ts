import {
  checksumAlgorithm,
  checksumAlgorithms,
  checksumElement,
  checksumHeader,
} from "../../checksums/checksum-algorithm";
import type { Core } from "../../core";
import { abortMultipartUpload } from "../../multipart/abort-multipart-upload";
import { completeMultipartUpload, type ListedPart } from "../../multipart/complete-multipart-upload";
import { createMultipartUpload } from "../../multipart/create-multipart-upload";
import { uploadPart } from "../../multipart/upload-part";
import { uploadPartCopy } from "../../multipart/upload-part-copy";
import { invalidArgument, invalidRequest, malformedXml } from "../../s3-error";
import type { UploadedPart } from "../../store/multipart-upload";
import { readConditionsOf, writeConditionsOf } from "../conditions-of";
import { copySource } from "../copy-source";
import { encryptionHeaders } from "../object-headers";
import { checkAcl, objectProperties, requestedEncryption } from "../object-properties";
import { addressOf, type Operation } from "../operation";
import { rangeOf } from "../range-of";
import { promisedChecksum, requestBody, requestDocument } from "../request-body";
import type { S3Request } from "../s3-request";
import { sendEmpty, sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";
import { checkChildren, childrenOf, textOf, type XmlNode } from "../xml-reader";

export const multipartOperations: readonly Operation[] = [
  { name: "CreateMultipartUpload", method: "POST", on: "object", marks: ["uploads"], answer: answerCreate },
  { name: "UploadPart", method: "PUT", on: "object", marks: ["partNumber", "uploadId"], answer: answerPart },
  {
    name: "UploadPartCopy",
    method: "PUT",
    on: "object",
    marks: ["partNumber", "uploadId"],
    markHeader: "x-amz-copy-source",
    answer: answerPartCopy,
  },
  { name: "CompleteMultipartUpload", method: "POST", on: "object", marks: ["uploadId"], answer: answerComplete },
  {
    name: "AbortMultipartUpload",
    method: "DELETE",
    on: "object",
    marks: ["uploadId"],
    async answer(core, request) {
      await abortMultipartUpload(core, request.caller, uploadOf(request));
      sendEmpty(request, 204);
    },
  },
];

/** The upload that a request's address names. */
export const uploadOf = (request: S3Request) => ({
  ...addressOf(request),
  uploadId: request.query.get("uploadId") ?? "",
});

const partOf = (request: S3Request) => ({
  ...uploadOf(request),
  partNumber: /^\d+$/.test(request.query.get("partNumber") ?? "")
    ? Number(request.query.get("partNumber"))
    : Number.NaN,
});

async function answerCreate(core: Core, request: S3Request): Promise<void> {
  checkAcl(request);
  const algorithm = request.header("x-amz-checksum-algorithm");
  const upload = await createMultipartUpload(core, request.caller, {
    ...addressOf(request),
    properties: objectProperties(request),
    encryption: requestedEncryption(request),
    checksumAlgorithm: algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
    checksumType: checksumTypeOf(request),
  });
  const { bucket, key } = addressOf(request);
  const result: XmlElement[] = [
    ["Bucket", bucket],
    ["Key", key],
    ["UploadId", upload.uploadId],
  ];
  sendXml(request, ["InitiateMultipartUploadResult", result], {
    ...encryptionHeaders(upload.encryption),
    "x-amz-checksum-algorithm": upload.checksumAlgorithm,
    "x-amz-checksum-type": upload.checksumType,
  });
}

function checksumTypeOf({ header }: S3Request): "FULL_OBJECT" | "COMPOSITE" | undefined {
  const type = header("x-amz-checksum-type");
  if (type === undefined || type === "FULL_OBJECT" || type === "COMPOSITE") return type;
  throw invalidRequest(`Value for x-amz-checksum-type header is invalid: ${type}`);
}

async function answerPart(core: Core, request: S3Request): Promise<void> {
  const { part, upload } = await uploadPart(core, request.caller, { ...partOf(request), body: requestBody(request) });
  const { checksumAlgorithm: algorithm, encryption } = upload;
  sendEmpty(request, 200, {
    etag: `"${part.etag}"`,
    ...(algorithm && { [checksumHeader(algorithm)]: part.checksum }),
    ...encryptionHeaders(encryption),
  });
}

async function answerPartCopy(core: Core, request: S3Request): Promise<void> {
  const header = request.header("x-amz-copy-source-range");
  const range = header === undefined ? undefined : rangeOf(header);
  if (header !== undefined && (range === undefined || !("first" in range) || range.last === undefined)) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      header,
    );
  }
  const { part, upload, sourceVersionId } = await uploadPartCopy(core, request.caller, {
    ...partOf(request),
    source: copySource(request.header("x-amz-copy-source") ?? ""),
    range: range && "first" in range && range.last !== undefined ? { first: range.first, last: range.last } : undefined,
    sourceConditions: readConditionsOf(request, "x-amz-copy-source-"),
  });
  const result: XmlElement[] = [
    ["LastModified", new Date(part.lastModified).toISOString()],
    ["ETag", `"${part.etag}"`],
    ...partChecksum(part, upload),
  ];
  sendXml(request, ["CopyPartResult", result], {
    "x-amz-copy-source-version-id": sourceVersionId,
    ...encryptionHeaders(upload.encryption),
  });
}

/** The element of a part's checksum, if its upload has any. */
export const partChecksum = (
  { checksum }: UploadedPart,
  { checksumAlgorithm: algorithm }: { checksumAlgorithm?: (typeof checksumAlgorithms)[number] },
): XmlElement[] => (algorithm && checksum ? [[checksumElement(algorithm), checksum]] : []);

async function answerComplete(core: Core, request: S3Request): Promise<void> {
  const document = await requestDocument(request, "CompleteMultipartUpload");
  const promised = promisedChecksum(request);
  const size = request.header("x-amz-mp-object-size");
  const { version, versionId } = await completeMultipartUpload(core, request.caller, {
    ...uploadOf(request),
    parts: partsOf(document),
    conditions: writeConditionsOf(request),
    size: size === undefined ? undefined : Number(size),
    checksum: promised?.value === undefined ? undefined : { algorithm: promised.algorithm, value: promised.value },
  });
  const { bucket, key } = addressOf(request);
  const { checksum, etag, encryption } = version;
  const result: XmlElement[] = [
    ["Location", `http://${request.header("host")}/${bucket}/${encodeURIComponent(key)}`],
    ["Bucket", bucket],
    ["Key", key],
    ["ETag", `"${etag}"`],
  ];
  if (checksum) result.push([checksumElement(checksum.algorithm), checksum.value], ["ChecksumType", checksum.type]);
  sendXml(request, ["CompleteMultipartUploadResult", result], {
    "x-amz-version-id": versionId,
    ...encryptionHeaders(encryption),
  });
}

function partsOf(document: XmlNode): ListedPart[] {
  checkChildren(document, ["Part"], malformedXml);
  if (document.children.length > 10_000) throw malformedXml("an upload has at most 10,000 parts");
  return document.children.map((part) => {
    checkChildren(part, ["PartNumber", "ETag", ...checksumAlgorithms.map(checksumElement)], malformedXml);
    const number = textOf(part, "PartNumber");
    const etag = textOf(part, "ETag");
    if (!number || !/^\d+$/.test(number) || !etag) throw malformedXml("a <Part> needs <PartNumber> and <ETag>");
    const checksums = checksumAlgorithms.flatMap((algorithm) => {
      const [checksum] = childrenOf(part, checksumElement(algorithm));
      return checksum === undefined ? [] : [[algorithm, checksum.text] as const];
    });
    return { number: Number(number), etag: etag.replace(/^"|"$/g, ""), checksums: Object.fromEntries(checksums) };
  });
}
