import { notImplemented, S3Error } from "../s3-error";
import type { Operation } from "./operation";
import { bucketOperations } from "./operations/bucket-operations";
import { listingOperations } from "./operations/listing-operations";
import { multipartListings } from "./operations/multipart-listings";
import { multipartOperations } from "./operations/multipart-operations";
import { readOperations } from "./operations/read-operations";
import { taggingOperations } from "./operations/tagging-operations";
import { writeOperations } from "./operations/write-operations";
import type { S3Request } from "./s3-request";

const operations: readonly Operation[] = [
  ...bucketOperations,
  ...listingOperations,
  ...readOperations,
  ...writeOperations,
  ...taggingOperations,
  ...multipartOperations,
  ...multipartListings,
];

/** Headers of S3 that are understood, or belong to the signature; each operation takes those that concern it. */
const understood = new RegExp(
  `^x-amz-(?:${[
    "date",
    "content-sha256",
    "security-token",
    "user-agent",
    "decoded-content-length",
    "trailer",
    "sdk-checksum-algorithm",
    "checksum-.*",
    "meta-.*",
    "tagging",
    "tagging-directive",
    "metadata-directive",
    "copy-source",
    "copy-source-range",
    "copy-source-if-(?:match|none-match|modified-since|unmodified-since)",
    "storage-class",
    "server-side-encryption",
    "server-side-encryption-aws-kms-key-id",
    "server-side-encryption-bucket-key-enabled",
    "acl",
    "expected-bucket-owner",
    "source-expected-bucket-owner",
    "mp-object-size",
  ].join("|")})$`,
);

/** The operation that a request means. Refuses, by name, operations, sub-resources and headers that are not known. */
export function route(request: S3Request): Operation {
  const on = request.key !== undefined ? "object" : request.bucket !== undefined ? "bucket" : "service";
  const candidates = operations.filter((operation) => operation.method === request.method && operation.on === on);
  const given = [...request.query.keys()].filter((name) => name !== "x-id" && !/^x-amz-/i.test(name));
  // The one with most marks: UploadPartCopy rather than UploadPart, rather than PutObject.
  const [operation] = candidates
    .filter((candidate) => isMarked(candidate, request))
    .sort((a, b) => weight(b) - weight(a));
  const known = [...(operation?.marks ?? []), ...(operation?.query ?? [])];
  const unknown = given.filter((name) => !known.includes(name));
  if (operation === undefined || unknown.length > 0) throw notImplemented(describe(request.method, on, unknown));
  const header = request.headerNames.find((name) => name.startsWith("x-amz-") && !understood.test(name));
  if (header !== undefined) throw notImplemented(`the header ${header} (${operation.name})`);
  return operation;
}

const isMarked = ({ marks = [], markHeader }: Operation, { query, header }: S3Request) =>
  marks.every((mark) => query.has(mark)) && (markHeader === undefined || header(markHeader) !== undefined);

const weight = ({ marks = [], markHeader }: Operation) => marks.length + (markHeader === undefined ? 0 : 1);

function describe(method: string, on: string, unknown: readonly string[]): string {
  const parameters = unknown.map((name) => `?${name}`).join(" ");
  return [
    `${method} ${on}`,
    parameters,
    ...(on === "bucket" && method === "GET" && parameters === "" ? ["without list-type=2 (ListObjects)"] : []),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Refuses a request meant for another account's bucket. */
export function checkExpectedOwner({ header }: S3Request, accountId: string): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    const owner = header(name);
    if (owner !== undefined && owner !== accountId)
      throw new S3Error("AccessDenied", 403, `Access Denied: ${name} is ${owner}`);
  }
}
