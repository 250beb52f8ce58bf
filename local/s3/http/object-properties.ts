import { tagsFrom } from "../objects/tags";
import { invalidArgument, invalidRequest, notImplemented, S3Error } from "../s3-error";
import type { DefaultEncryption } from "../store/bucket";
import type { ObjectProperties } from "../store/object-version";
import type { S3Request } from "./s3-request";

/** System headers that are kept with an object and given back. */
const kept = ["content-type", "cache-control", "content-disposition", "content-language", "expires"];

/** Storage classes whose objects can be read at once. */
const storageClasses = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
];

/** The most that metadata may take: names and values, in bytes. */
const mostMetadata = 2 * 1024;

/** The properties that the headers of an upload give to its object. */
export function objectProperties(request: S3Request): ObjectProperties {
  return {
    metadata: metadataOf(request),
    headers: headersOf(request),
    tags: taggingHeader(request),
    storageClass: storageClassOf(request) ?? "STANDARD",
  };
}

export function metadataOf({ headerNames, header }: S3Request): Record<string, string> {
  const names = headerNames.filter((name) => name.startsWith("x-amz-meta-"));
  const metadata = Object.fromEntries(names.map((name) => [name.slice("x-amz-meta-".length), header(name) ?? ""]));
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  if (size > mostMetadata) {
    throw new S3Error("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size.");
  }
  return metadata;
}

/** The system headers; a content coding of `aws-chunked` belongs to the transfer and is not kept. */
export function headersOf({ header }: S3Request): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const name of kept) {
    const value = header(name);
    if (value !== undefined && value !== "") headers[name] = value;
  }
  const codings = (header("content-encoding") ?? "").split(",").map((coding) => coding.trim());
  const encoding = codings.filter((coding) => coding !== "" && coding !== "aws-chunked").join(",");
  return encoding === "" ? headers : { ...headers, "content-encoding": encoding };
}

/** The tags of `x-amz-tagging`, which is form-encoded: `a=1&b=2`. */
export const taggingHeader = ({ header }: S3Request) => tagsFrom(new URLSearchParams(header("x-amz-tagging") ?? ""));

export function storageClassOf({ header }: S3Request): string | undefined {
  const storageClass = header("x-amz-storage-class");
  if (storageClass === undefined || storageClasses.includes(storageClass)) return storageClass;
  throw notImplemented(`the storage class ${storageClass}`);
}

/** The encryption that the headers ask for; `undefined` where they leave it to the bucket. */
export function requestedEncryption({ header }: S3Request): DefaultEncryption | undefined {
  const algorithm = header("x-amz-server-side-encryption");
  const kmsKeyId = header("x-amz-server-side-encryption-aws-kms-key-id");
  const bucketKey = header("x-amz-server-side-encryption-bucket-key-enabled");
  if (algorithm === undefined || algorithm === "AES256") {
    if (kmsKeyId !== undefined) throw kmsKeyWithoutKms(kmsKeyId);
    return algorithm && { algorithm };
  }
  if (algorithm === "aws:kms:dsse") throw notImplemented("the server side encryption aws:kms:dsse");
  if (algorithm === "aws:kms") {
    return { algorithm, kmsKeyId, bucketKeyEnabled: bucketKey === undefined ? undefined : bucketKey === "true" };
  }
  throw invalidArgument("The encryption method specified is not supported", "x-amz-server-side-encryption", algorithm);
}

const kmsKeyWithoutKms = (keyId: string) =>
  invalidArgument(
    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id",
    keyId,
  );

/** ACLs are off in every bucket (BucketOwnerEnforced): only the ones that say nothing pass. */
export function checkAcl({ header }: S3Request): void {
  const acl = header("x-amz-acl");
  if (acl === undefined || acl === "bucket-owner-full-control" || acl === "private") return;
  throw new S3Error("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
}

/** A directive header: COPY unless it says REPLACE. */
export function replaces({ header }: S3Request, name: string): boolean {
  const directive = header(name) ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE") throw invalidRequest(`Unknown ${name}: ${directive}`);
  return directive === "REPLACE";
}
