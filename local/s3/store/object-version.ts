import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";

/** A file of the blob store that holds (a part of) an object's bytes. */
export interface Segment {
  blob: string;
  /** Bytes. */
  size: number;
}

export interface Encryption {
  algorithm: "AES256" | "aws:kms";
  /** The KMS key's ARN; absent for AES256. */
  keyArn?: string;
  bucketKey?: boolean;
}

export interface StoredChecksum {
  algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-<number of parts>`. */
  value: string;
  type: "FULL_OBJECT" | "COMPOSITE";
}

/** What a client says of an object beside its bytes. */
export interface ObjectProperties {
  /** The `x-amz-meta-` headers without that prefix, names in lower case. */
  metadata: Record<string, string>;
  /** The system headers kept with the object: content-type, cache-control, …, in lower case. */
  headers: Record<string, string>;
  tags: Record<string, string>;
  storageClass: string;
}

/** One version of one key, or a delete marker. Plain JSON: this is what the journal holds. */
export interface ObjectVersion {
  key: string;
  /** 32 characters, or `null` where the bucket kept no versions when it was written. */
  versionId: string;
  deleteMarker: boolean;
  /** Milliseconds since the epoch. */
  lastModified: number;
  /** Without quotes. */
  etag: string;
  /** MD5 of the whole content in hex, where it is one segment. */
  md5?: string;
  /** Bytes. */
  size: number;
  segments: Segment[];
  properties: ObjectProperties;
  encryption?: Encryption;
  checksum?: StoredChecksum;
  /** Orders the events of one key: hexadecimal, ever larger. */
  sequencer: string;
  /** A copy that replication made; it is not copied on. */
  replica?: true;
}

export const noProperties = (): ObjectProperties => ({ metadata: {}, headers: {}, tags: {}, storageClass: "STANDARD" });
