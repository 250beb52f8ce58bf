import { checksumAlgorithm, checksumElement } from "../../checksums/checksum-algorithm";
import type { Core } from "../../core";
import { copyObject } from "../../objects/copy-object";
import { deleteObject } from "../../objects/delete-object";
import { type DeleteResult, deleteObjects } from "../../objects/delete-objects";
import { putObject } from "../../objects/put-object";
import { invalidRequest, malformedXml, notImplemented } from "../../s3-error";
import { readConditionsOf, writeConditionsOf } from "../conditions-of";
import { copySource } from "../copy-source";
import { checksumHeaders, encryptionHeaders } from "../object-headers";
import {
  checkAcl,
  headersOf,
  metadataOf,
  objectProperties,
  replaces,
  requestedEncryption,
  storageClassOf,
  taggingHeader,
} from "../object-properties";
import { addressOf, type Operation } from "../operation";
import { hasDigest, requestBody, requestDocument } from "../request-body";
import type { S3Request } from "../s3-request";
import { sendEmpty, sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";
import { checkChildren, childrenOf, textOf } from "../xml-reader";

export const writeOperations: readonly Operation[] = [
  {
    name: "PutObject",
    method: "PUT",
    on: "object",
    async answer(core, request) {
      checkAcl(request);
      const { version, versionId } = await putObject(core, request.caller, {
        ...addressOf(request),
        body: requestBody(request),
        properties: objectProperties(request),
        encryption: requestedEncryption(request),
        conditions: writeConditionsOf(request),
      });
      sendEmpty(request, 200, {
        etag: `"${version.etag}"`,
        "x-amz-version-id": versionId,
        ...encryptionHeaders(version.encryption),
        ...checksumHeaders(version.checksum),
      });
    },
  },
  { name: "CopyObject", method: "PUT", on: "object", markHeader: "x-amz-copy-source", answer: answerCopy },
  {
    name: "DeleteObject",
    method: "DELETE",
    on: "object",
    query: ["versionId"],
    async answer(core, request) {
      if (request.header("if-match") !== undefined) throw notImplemented("DeleteObject with If-Match");
      const { deleteMarker, versionId } = await deleteObject(core, request.caller, addressOf(request));
      sendEmpty(request, 204, {
        "x-amz-version-id": versionId,
        "x-amz-delete-marker": deleteMarker ? "true" : undefined,
      });
    },
  },
  { name: "DeleteObjects", method: "POST", on: "bucket", marks: ["delete"], answer: answerDeletions },
];

async function answerCopy(core: Core, request: S3Request): Promise<void> {
  checkAcl(request);
  const algorithm = request.header("x-amz-checksum-algorithm");
  const replacement = replaces(request, "x-amz-metadata-directive");
  const { version, versionId, sourceVersionId } = await copyObject(core, request.caller, {
    ...addressOf(request),
    source: copySource(request.header("x-amz-copy-source") ?? ""),
    sourceConditions: readConditionsOf(request, "x-amz-copy-source-"),
    conditions: writeConditionsOf(request),
    replacement: replacement ? { metadata: metadataOf(request), headers: headersOf(request) } : undefined,
    tags: replaces(request, "x-amz-tagging-directive") ? taggingHeader(request) : undefined,
    storageClass: storageClassOf(request),
    encryption: requestedEncryption(request),
    checksumAlgorithm: algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
  });
  const { etag, lastModified, checksum, encryption } = version;
  const result: XmlElement[] = [
    ["LastModified", new Date(lastModified).toISOString()],
    ["ETag", `"${etag}"`],
    ...(checksum
      ? ([
          [checksumElement(checksum.algorithm), checksum.value],
          ["ChecksumType", checksum.type],
        ] as const)
      : []),
  ];
  sendXml(request, ["CopyObjectResult", result], {
    "x-amz-version-id": versionId,
    "x-amz-copy-source-version-id": sourceVersionId,
    ...encryptionHeaders(encryption),
  });
}

async function answerDeletions(core: Core, request: S3Request): Promise<void> {
  const { objects, quiet } = await deletionsOf(request);
  const results = await deleteObjects(core, request.caller, { ...addressOf(request), objects });
  const shown = quiet ? results.filter((result) => "error" in result) : results;
  sendXml(request, ["DeleteResult", shown.map(deletionElement)]);
}

/** The most keys of one request. */
const mostKeys = 1_000;

async function deletionsOf(request: S3Request) {
  if (!hasDigest(request)) {
    throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const document = await requestDocument(request, "Delete");
  const refuse = (what: string) => notImplemented(`${what} of DeleteObjects`);
  checkChildren(document, ["Object", "Quiet"], refuse);
  const objects = childrenOf(document, "Object").map((object) => {
    checkChildren(object, ["Key", "VersionId"], refuse);
    const key = textOf(object, "Key");
    if (!key) throw malformedXml("an <Object> has no <Key>");
    return { key, versionId: textOf(object, "VersionId") };
  });
  if (objects.length === 0 || objects.length > mostKeys) throw malformedXml(`it must name 1 to ${mostKeys} objects`);
  return { objects, quiet: textOf(document, "Quiet") === "true" };
}

function deletionElement(result: DeleteResult): XmlElement {
  const { key, versionId } = result;
  if ("error" in result) {
    const { code, message } = result.error;
    return [
      "Error",
      [
        ["Key", key],
        ["VersionId", versionId],
        ["Code", code],
        ["Message", message],
      ],
    ];
  }
  const { deleteMarker, versionId: affected } = result.deleted;
  return [
    "Deleted",
    [
      ["Key", key],
      ["VersionId", versionId],
      ["DeleteMarker", deleteMarker || undefined],
      ["DeleteMarkerVersionId", deleteMarker ? affected : undefined],
    ],
  ];
}
