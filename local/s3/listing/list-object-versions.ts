import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { invalidArgument } from "../s3-error";
import type { Bucket } from "../store/bucket";
import { keyOrder } from "../store/key-order";
import type { ObjectVersion } from "../store/object-version";
import { authorizeList, longestPage } from "./list-objects";
import { throughout, upTo, walkKeys } from "./walk-keys";

export interface ListObjectVersionsInput {
  bucket: string;
  prefix?: string;
  delimiter?: string;
  /** Default and most: 1,000. */
  maxKeys?: number;
  keyMarker?: string;
  /** Only with a key marker: listing goes on among that key's versions. */
  versionIdMarker?: string;
}

export interface ListedVersion {
  version: ObjectVersion;
  isLatest: boolean;
}

export interface ListObjectVersionsOutput {
  /** Versions and delete markers by key, newest first. */
  versions: ListedVersion[];
  commonPrefixes: string[];
  /** Present if there is more. */
  next?: { keyMarker: string; versionIdMarker?: string };
}

/** One page of all versions of a bucket. Errors: NoSuchBucket, AccessDenied, InvalidArgument. */
export async function listObjectVersions(
  core: Core,
  caller: Caller,
  input: ListObjectVersionsInput,
): Promise<ListObjectVersionsOutput> {
  const { prefix = "", delimiter = "", maxKeys = longestPage, versionIdMarker } = input;
  if (versionIdMarker && !input.keyMarker) {
    const message = "A version-id marker cannot be specified without a key marker.";
    throw invalidArgument(message, "version-id-marker", versionIdMarker);
  }
  bucketOf(core, input.bucket);
  await authorizeList(core, caller, { ...input, action: "s3:ListBucketVersions" });
  const bucket = bucketOf(core, input.bucket);
  const versions: ListedVersion[] = [];
  const commonPrefixes: string[] = [];
  let next: ListObjectVersionsOutput["next"];
  if (maxKeys === 0) return { versions, commonPrefixes };
  const isFull = () => versions.length + commonPrefixes.length === Math.min(maxKeys, longestPage);
  const walk = { prefix, delimiter, isBefore: beginning(input), isVisible: () => true };
  for (const walked of walkKeys(bucket.keys, walk)) {
    if ("commonPrefix" in walked) {
      if (isFull()) return { versions, commonPrefixes, next };
      commonPrefixes.push(walked.commonPrefix);
      next = { keyMarker: walked.commonPrefix };
      continue;
    }
    for (const listed of newestFirst(bucket, walked.key, input)) {
      if (isFull()) return { versions, commonPrefixes, next };
      versions.push(listed);
      next = { keyMarker: walked.key, versionIdMarker: listed.version.versionId };
    }
  }
  return { versions, commonPrefixes };
}

function beginning({ keyMarker, versionIdMarker, prefix = "", delimiter }: ListObjectVersionsInput) {
  if (!keyMarker) return () => false;
  if (versionIdMarker) return (key: string) => keyOrder(key, keyMarker) < 0;
  const isCommonPrefix =
    delimiter && keyMarker.indexOf(delimiter, prefix.length) === keyMarker.length - delimiter.length;
  return isCommonPrefix ? throughout(keyMarker) : upTo(keyMarker);
}

/** A key's versions, newest first, after the marker; all of them if the marked version is gone by now. */
function newestFirst(bucket: Bucket, key: string, { keyMarker, versionIdMarker }: ListObjectVersionsInput) {
  const listed = bucket
    .versionsOf(key)
    .map((version, index, { length }) => ({ version, isLatest: index === length - 1 }));
  listed.reverse();
  if (key !== keyMarker || !versionIdMarker) return listed;
  return listed.slice(listed.findIndex(({ version }) => version.versionId === versionIdMarker) + 1);
}
