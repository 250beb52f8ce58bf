import { authorize } from "../authorization";
import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { invalidArgument } from "../s3-error";
import type { ObjectVersion } from "../store/object-version";
import { throughout, upTo, type Walked, walkKeys } from "./walk-keys";

/** The most that one page holds. */
export const longestPage = 1_000;

export interface ListObjectsInput {
  bucket: string;
  prefix?: string;
  delimiter?: string;
  /** Default and most: 1,000. */
  maxKeys?: number;
  startAfter?: string;
  continuationToken?: string;
}

export interface ListObjectsOutput {
  objects: ObjectVersion[];
  commonPrefixes: string[];
  /** Present if there is more. */
  nextContinuationToken?: string;
}

/** One page of a bucket's current objects (ListObjectsV2). Errors: NoSuchBucket, AccessDenied, InvalidArgument. */
export async function listObjects(core: Core, caller: Caller, input: ListObjectsInput): Promise<ListObjectsOutput> {
  const { prefix = "", delimiter = "", maxKeys = longestPage, startAfter, continuationToken } = input;
  bucketOf(core, input.bucket);
  await authorizeList(core, caller, { ...input, action: "s3:ListBucket" });
  const bucket = bucketOf(core, input.bucket);
  const objects: ObjectVersion[] = [];
  const commonPrefixes: string[] = [];
  const isBefore = beginning(continuationToken, startAfter);
  const isVisible = (key: string) => bucket.current(key)?.deleteMarker === false;
  let last: Walked | undefined;
  if (maxKeys === 0) return { objects, commonPrefixes };
  for (const walked of walkKeys(bucket.keys, { prefix, delimiter, isBefore, isVisible })) {
    if (objects.length + commonPrefixes.length === Math.min(maxKeys, longestPage)) {
      return { objects, commonPrefixes, nextContinuationToken: last && tokenOf(last) };
    }
    last = walked;
    const version = "key" in walked ? bucket.current(walked.key) : undefined;
    if ("commonPrefix" in walked) commonPrefixes.push(walked.commonPrefix);
    else if (version !== undefined) objects.push(version);
  }
  return { objects, commonPrefixes };
}

/** Asks for a listing permission with the conditions that policies use: `s3:prefix`, `s3:delimiter`, `s3:max-keys`. */
export function authorizeList(
  core: Core,
  caller: Caller,
  list: { bucket: string; action: string; prefix?: string; delimiter?: string; maxKeys?: number },
): Promise<void> {
  const { bucket, action, prefix, delimiter, maxKeys } = list;
  const conditions = { "s3:prefix": prefix, "s3:delimiter": delimiter, "s3:max-keys": maxKeys?.toString() };
  return authorize(core, caller, { action, bucket, conditions });
}

function beginning(token: string | undefined, startAfter: string | undefined): (key: string) => boolean {
  if (token !== undefined) return afterToken(token);
  return startAfter ? upTo(startAfter) : () => false;
}

/** Opaque to clients: where the page before ended. */
const tokenOf = (last: Walked) => Buffer.from(JSON.stringify(last)).toString("base64url");

function afterToken(token: string): (key: string) => boolean {
  try {
    const last: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof last === "object" && last !== null) {
      if ("key" in last && typeof last.key === "string") return upTo(last.key);
      if ("commonPrefix" in last && typeof last.commonPrefix === "string") return throughout(last.commonPrefix);
    }
  } catch {
    // Not one of ours: refused below.
  }
  throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
}
