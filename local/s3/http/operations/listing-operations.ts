import type { Core } from "../../core";
import { formEncode } from "../../form-encode";
import { type ListedVersion, listObjectVersions } from "../../listing/list-object-versions";
import { listObjects } from "../../listing/list-objects";
import { invalidArgument } from "../../s3-error";
import type { ObjectVersion } from "../../store/object-version";
import { addressOf, type Operation } from "../operation";
import { canonicalId } from "../owner";
import type { S3Request } from "../s3-request";
import { sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";

export const listingOperations: readonly Operation[] = [
  {
    name: "ListObjectsV2",
    method: "GET",
    on: "bucket",
    marks: ["list-type"],
    query: ["prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner"],
    answer: answerObjects,
  },
  {
    name: "ListObjectVersions",
    method: "GET",
    on: "bucket",
    marks: ["versions"],
    query: ["prefix", "delimiter", "max-keys", "key-marker", "version-id-marker", "encoding-type"],
    answer: answerVersions,
  },
];

async function answerObjects(core: Core, request: S3Request): Promise<void> {
  const { query } = request;
  if (query.get("list-type") !== "2")
    throw invalidArgument("Invalid List Type", "list-type", `${query.get("list-type")}`);
  const encode = encoding(request);
  const listing = listingOf(request, "max-keys");
  const startAfter = query.get("start-after") ?? undefined;
  const continuationToken = query.get("continuation-token") ?? undefined;
  const input = { ...listing, maxKeys: listing.limit, startAfter, continuationToken };
  const { objects, commonPrefixes, nextContinuationToken } = await listObjects(core, request.caller, input);
  const owner: XmlElement[] = query.get("fetch-owner") === "true" ? [ownerElement(core)] : [];
  sendXml(request, [
    "ListBucketResult",
    [
      ...commonElements(request, encode),
      ["KeyCount", objects.length + commonPrefixes.length],
      ["MaxKeys", listing.limit],
      ["IsTruncated", nextContinuationToken !== undefined],
      ["ContinuationToken", continuationToken],
      ["NextContinuationToken", nextContinuationToken],
      ["StartAfter", startAfter && encode(startAfter)],
      ...objects.map((version): XmlElement => ["Contents", [...objectElements(version, encode), ...owner]]),
      ...prefixElements(commonPrefixes, encode),
    ],
  ]);
}

async function answerVersions(core: Core, request: S3Request): Promise<void> {
  const { query } = request;
  const encode = encoding(request);
  const listing = listingOf(request, "max-keys");
  const keyMarker = query.get("key-marker") ?? undefined;
  const versionIdMarker = query.get("version-id-marker") ?? undefined;
  const input = { ...listing, maxKeys: listing.limit, keyMarker, versionIdMarker };
  const { versions, commonPrefixes, next } = await listObjectVersions(core, request.caller, input);
  sendXml(request, [
    "ListVersionsResult",
    [
      ...commonElements(request, encode),
      ["KeyMarker", encode(keyMarker ?? "")],
      ["VersionIdMarker", versionIdMarker ?? ""],
      ["MaxKeys", listing.limit],
      ["IsTruncated", next !== undefined],
      ["NextKeyMarker", next && encode(next.keyMarker)],
      ["NextVersionIdMarker", next?.versionIdMarker],
      ...versions.map((listed) => versionElement(core, listed, encode)),
      ...prefixElements(commonPrefixes, encode),
    ],
  ]);
}

/** What all listings have in their addresses; `limit` is at most 1,000. */
export function listingOf({ bucket = "", query }: S3Request, limitName: string) {
  const given = query.get(limitName);
  if (given !== null && !/^\d{1,10}$/.test(given)) {
    throw invalidArgument(`Provided ${limitName} not an integer or within integer range`, limitName, given);
  }
  return {
    bucket,
    prefix: query.get("prefix") ?? undefined,
    delimiter: query.get("delimiter") ?? undefined,
    limit: Math.min(Number(given ?? 1_000), 1_000),
  };
}

/** How keys are written: as they are, or form-encoded if the client asks with `encoding-type=url`. */
export function encoding({ query }: S3Request): (key: string) => string {
  const type = query.get("encoding-type");
  if (type === null) return (key) => key;
  if (type === "url") return formEncode;
  throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
}

function commonElements(request: S3Request, encode: (key: string) => string): XmlElement[] {
  const { query } = request;
  const delimiter = query.get("delimiter");
  return [
    ["Name", addressOf(request).bucket],
    ["Prefix", encode(query.get("prefix") ?? "")],
    ["Delimiter", delimiter ? encode(delimiter) : undefined],
    ["EncodingType", query.get("encoding-type") ?? undefined],
  ];
}

export const prefixElements = (prefixes: readonly string[], encode: (key: string) => string) =>
  prefixes.map((prefix): XmlElement => ["CommonPrefixes", [["Prefix", encode(prefix)]]]);

function objectElements(version: ObjectVersion, encode: (key: string) => string): XmlElement[] {
  const { key, lastModified, etag, size, checksum, properties } = version;
  return [
    ["Key", encode(key)],
    ["LastModified", new Date(lastModified).toISOString()],
    ["ETag", `"${etag}"`],
    ["ChecksumAlgorithm", checksum?.algorithm],
    ["ChecksumType", checksum?.type],
    ["Size", size],
    ["StorageClass", properties.storageClass],
  ];
}

function versionElement(core: Core, { version, isLatest }: ListedVersion, encode: (key: string) => string): XmlElement {
  const described: XmlElement[] = version.deleteMarker
    ? [
        ["Key", encode(version.key)],
        ["LastModified", new Date(version.lastModified).toISOString()],
      ]
    : objectElements(version, encode);
  const own: XmlElement[] = [["VersionId", version.versionId], ["IsLatest", isLatest], ownerElement(core)];
  return [version.deleteMarker ? "DeleteMarker" : "Version", [...described, ...own]];
}

const ownerElement = ({ accountId }: Core): XmlElement => ["Owner", [["ID", canonicalId(accountId)]]];
