import { checksumHeader } from "../checksums/checksum-algorithm";
import type { Extent } from "../objects/byte-range";
import type { FoundVersion } from "../objects/find-version";
import type { Encryption, StoredChecksum } from "../store/object-version";
import type { ResponseHeaders } from "./s3-response";

/** The headers that describe an object in the answers to GET and HEAD. */
export function objectHeaders(
  { version, versionId }: FoundVersion,
  { start, end }: Extent,
  { ranged, checksum }: { ranged: boolean; checksum: boolean },
): ResponseHeaders {
  const { properties, etag, size, lastModified } = version;
  const { metadata, headers, tags, storageClass } = properties;
  const tagCount = Object.keys(tags).length;
  return {
    ...headers,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    "accept-ranges": "bytes",
    "last-modified": new Date(lastModified).toUTCString(),
    etag: `"${etag}"`,
    "content-length": end - start,
    "content-range": ranged ? `bytes ${start}-${end - 1}/${size}` : undefined,
    "x-amz-version-id": versionId,
    "x-amz-tagging-count": tagCount === 0 ? undefined : tagCount,
    "x-amz-storage-class": storageClass === "STANDARD" ? undefined : storageClass,
    ...encryptionHeaders(version.encryption),
    // A checksum says something of the whole object only.
    ...(checksum && !ranged && checksumHeaders(version.checksum)),
  };
}

export function encryptionHeaders(encryption: Encryption | undefined): ResponseHeaders {
  return {
    "x-amz-server-side-encryption": encryption?.algorithm,
    "x-amz-server-side-encryption-aws-kms-key-id": encryption?.keyArn,
    "x-amz-server-side-encryption-bucket-key-enabled": encryption?.bucketKey ? "true" : undefined,
  };
}

export function checksumHeaders(checksum: StoredChecksum | undefined): ResponseHeaders {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}
