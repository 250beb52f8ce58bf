import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";
import type { Encryption, ObjectProperties, Segment } from "./object-version";

export interface UploadedPart {
  /** 1 to 10,000. */
  number: number;
  etag: string;
  /** Base64 of the part's checksum in the upload's algorithm. */
  checksum?: string;
  /** MD5 of the part in hex. */
  md5: string;
  segment: Segment;
  /** Milliseconds since the epoch. */
  lastModified: number;
}

/** An upload in parts, from its creation until it is completed or aborted. */
export interface MultipartUpload {
  uploadId: string;
  key: string;
  /** Milliseconds since the epoch. */
  initiated: number;
  /** The principal id of whoever created it. */
  initiator: string;
  properties: ObjectProperties;
  encryption: Encryption;
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: "FULL_OBJECT" | "COMPOSITE";
  parts: Map<number, UploadedPart>;
}
