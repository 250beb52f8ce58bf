import { noSuchKey, notImplemented, preconditionFailed, S3Error } from "../s3-error";
import type { Bucket } from "../store/bucket";
import type { ObjectVersion } from "../store/object-version";

/** The conditions of a read, as the headers give them. */
export interface ReadConditions {
  ifMatch?: string;
  ifNoneMatch?: string;
  ifModifiedSince?: Date;
  ifUnmodifiedSince?: Date;
}

export interface WriteConditions {
  ifMatch?: string;
  /** `*` is all that S3 supports. */
  ifNoneMatch?: string;
}

/**
 * Throws PreconditionFailed (412) or NotModified (304). An ETag condition that holds outweighs the date condition beside
 * it, as RFC 9110 and S3 have it.
 */
export function checkReadConditions(version: ObjectVersion, conditions: ReadConditions): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  // HTTP dates know no milliseconds.
  const modified = Math.floor(version.lastModified / 1_000) * 1_000;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) throw preconditionFailed("If-Match");
  } else if (ifUnmodifiedSince !== undefined && modified > ifUnmodifiedSince.getTime()) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, version.etag)) throw notModified(version);
  } else if (ifModifiedSince !== undefined && modified <= ifModifiedSince.getTime()) {
    throw notModified(version);
  }
}

/** Throws unless the key's current version is as the write demands. */
export function checkWriteConditions(bucket: Bucket, key: string, conditions: WriteConditions | undefined): void {
  const { ifMatch, ifNoneMatch } = conditions ?? {};
  const current = bucket.current(key);
  const exists = current !== undefined && !current.deleteMarker;
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw notImplemented("a write with If-None-Match other than *");
  if (ifNoneMatch !== undefined && exists) throw preconditionFailed("If-None-Match");
  if (ifMatch === undefined) return;
  if (!exists) throw noSuchKey(key);
  if (!matches(ifMatch, current.etag)) throw preconditionFailed("If-Match");
}

const matches = (condition: string, etag: string) =>
  condition.split(",").some((one) => {
    const wanted = one.trim().replace(/^"|"$/g, "");
    return wanted === "*" || wanted === etag;
  });

const notModified = ({ etag, lastModified }: ObjectVersion) =>
  new S3Error("NotModified", 304, "Not Modified", {
    headers: { etag: `"${etag}"`, "last-modified": new Date(lastModified).toUTCString() },
  });
