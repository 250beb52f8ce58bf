import type { ReadConditions, WriteConditions } from "../objects/conditions";
import type { S3Request } from "./s3-request";

/** The conditions of a read; with `prefix` `x-amz-copy-source-`, those on the source of a copy. */
export function readConditionsOf({ header }: S3Request, prefix = ""): ReadConditions {
  return {
    ifMatch: header(`${prefix}if-match`),
    ifNoneMatch: header(`${prefix}if-none-match`),
    ifModifiedSince: dateOf(header(`${prefix}if-modified-since`)),
    ifUnmodifiedSince: dateOf(header(`${prefix}if-unmodified-since`)),
  };
}

export const writeConditionsOf = ({ header }: S3Request): WriteConditions => ({
  ifMatch: header("if-match"),
  ifNoneMatch: header("if-none-match"),
});

/** A date that cannot be read is no condition (RFC 9110). */
function dateOf(value: string | undefined): Date | undefined {
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
