import * as z from "zod";
import type { ObjectKey } from "../paths";
import { decodeKey } from "./uploaded-object";

/** An object that S3 says is gone. */
export interface RemovedObject {
  bucket: string;
  objectKey: ObjectKey;
  /**
   * `object`: there is none under this key any more. `version`: this one version was deleted for good, whatever else is
   * there; only in a bucket with versions.
   */
  what: "object" | "version";
  /** Of the version that was deleted, or of the marker that now stands for "deleted"; `null` (the word) without versions. */
  versionId: string;
  /** Orders the events of one key, see {@link compareSequencers}. */
  sequencer: string;
  /** S3's event time. */
  removedAt: Date;
}

const s3Record = z.object({
  eventName: z.string(),
  eventTime: z.coerce.date(),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      versionId: z.string().min(1).default("null"),
      sequencer: z.string().min(1),
    }),
  }),
});

/**
 * The object whose removal a record of an S3 event announces, whether somebody or a lifecycle rule took it away; null
 * where the record tells of something else. Throws a `ZodError` or `URIError` where it is no such record.
 */
export function removedObject(record: unknown): RemovedObject | null {
  const { eventName } = z.object({ eventSource: z.literal("aws:s3"), eventName: z.string() }).parse(record);
  const kind = /^(?:s3:)?(?:ObjectRemoved|LifecycleExpiration):(Delete|DeleteMarkerCreated)$/.exec(eventName)?.[1];
  if (kind === undefined) return null;
  const { eventTime, s3 } = s3Record.parse(record);
  const { versionId, sequencer } = s3.object;
  return {
    bucket: s3.bucket.name,
    objectKey: decodeKey(s3.object.key),
    what: kind === "Delete" && versionId !== "null" ? "version" : "object",
    versionId,
    sequencer,
    removedAt: eventTime,
  };
}
