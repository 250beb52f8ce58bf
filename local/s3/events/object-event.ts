import type { Caller } from "../caller";

/** The events that happen here, as S3 names them without `s3:`. */
export const eventNames = [
  "ObjectCreated:Put",
  "ObjectCreated:Copy",
  "ObjectCreated:CompleteMultipartUpload",
  "ObjectRemoved:Delete",
  "ObjectRemoved:DeleteMarkerCreated",
  "ObjectTagging:Put",
  "ObjectTagging:Delete",
] as const;

export type EventName = (typeof eventNames)[number];

/** Something that happened to an object. */
export interface ObjectEvent {
  name: EventName;
  bucket: string;
  key: string;
  /** Bytes; absent where nothing was written. */
  size?: number;
  /** Without quotes. */
  etag?: string;
  /** Absent where the bucket keeps no versions. */
  versionId?: string;
  sequencer: string;
  time: Date;
  caller: Caller;
}
