import * as z from "zod";
import { type ObjectKey, objectKey } from "../paths";

/** One object version that S3 says was created. */
export interface UploadedObject {
  bucket: string;
  objectKey: ObjectKey;
  /** `null` (the word) where the bucket had no versions when it was written, as S3 itself calls it. */
  versionId: string;
  /** Bytes. */
  size: number;
  /** Without quotes. */
  etag: string;
  /** Orders the events of one key, see {@link compareSequencers}. */
  sequencer: string;
  /** S3's event time. */
  uploadedAt: Date;
  /** A client wrote it through Transfer Family. False: we did, or somebody else with rights in the account. */
  isFromClient: boolean;
}

/** One record of an S3 event notification, as far as we read it. */
const s3Record = z.object({
  eventName: z.string(),
  eventTime: z.coerce.date(),
  userIdentity: z.object({ principalId: z.string() }).optional(),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().int().nonnegative(),
      eTag: z.string().min(1),
      versionId: z.string().min(1).default("null"),
      sequencer: z.string().min(1),
    }),
  }),
});

/**
 * The object that a record of an S3 event announces; null where the record tells of something else than a creation.
 * Throws a `ZodError` or `URIError` where it is no such record.
 */
export function uploadedObject(record: unknown): UploadedObject | null {
  const { eventName } = z.object({ eventSource: z.literal("aws:s3"), eventName: z.string() }).parse(record);
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return null;
  const { eventTime, userIdentity, s3 } = s3Record.parse(record);
  return {
    bucket: s3.bucket.name,
    objectKey: decodeKey(s3.object.key),
    versionId: s3.object.versionId,
    size: s3.object.size,
    etag: s3.object.eTag.replaceAll('"', ""),
    sequencer: s3.object.sequencer,
    uploadedAt: eventTime,
    isFromClient: transferSession.test(userIdentity?.principalId ?? ""),
  };
}

/**
 * `AWS:<role>:<username>.<session>@<server>`, as in
 * https://docs.aws.amazon.com/transfer/latest/userguide/post-processing-upload.html
 */
const transferSession = /\.[^.@]+@s-[0-9a-z]+$/;

/** S3 writes keys into its events as HTML forms do: `+` for a blank, the rest percent-encoded. */
export function decodeKey(encoded: string): ObjectKey {
  return objectKey(decodeURIComponent(encoded.replaceAll("+", " ")));
}

/** Negative where `a` happened before `b`. They are hexadecimal numbers of unequal length, aligned at their left. */
export function compareSequencers(a: string, b: string): number {
  const length = Math.max(a.length, b.length);
  const [left, right] = [a.padEnd(length, "0"), b.padEnd(length, "0")];
  return left < right ? -1 : left > right ? 1 : 0;
}
