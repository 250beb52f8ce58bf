import type { ObjectAddress } from "../objects/find-version";
import { invalidArgument } from "../s3-error";
import { decodePath } from "./s3-request";

/** The object that `x-amz-copy-source` names: `[/]bucket/key[?versionId=id]`, URL-encoded. */
export function copySource(header: string): ObjectAddress {
  const [, bucket, key, versionId] = /^\/?([^/?]+)\/(.+?)(?:\?versionId=([^?]*))?$/s.exec(unmasked(header)) ?? [];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      header,
    );
  }
  return { bucket: decodePath(bucket), key: decodePath(key), versionId };
}

/** Some clients encode the whole header, slashes too. */
const unmasked = (header: string) => (header.slice(1).includes("/") ? header : header.replace(/%2F/gi, "/"));
