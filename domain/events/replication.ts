import * as z from "zod";
import { type ObjectKey, objectKey } from "../paths";

/** One order to the function that copies files to the file system, as the router gives it. */
export interface Replication {
  /**
   * `created`: the file system gets this version. `removed`: the object is gone, and so goes the file. `purged`: this
   * one version was deleted for good, so the file goes if it is a copy of it.
   */
  kind: "created" | "removed" | "purged";
  bucket: string;
  objectKey: ObjectKey;
  /** The folder's prefix, which the key begins with. Folders below it come and go with their files. */
  objectPrefix: ObjectKey;
  versionId: string;
  /** Of S3's event; orders the versions of one key, see {@link compareSequencers}. */
  sequencer: string;
  /** Bytes; 0 where nothing is created. */
  size: number;
  /** S3's event time; becomes the file's modification time. */
  uploadedAt: Date;
}

const message = z.object({
  kind: z.enum(["created", "removed", "purged"]),
  bucket: z.string().min(1),
  objectKey: z.string().min(1).transform(objectKey),
  objectPrefix: z.string().endsWith("/").transform(objectKey),
  versionId: z.string().min(1),
  sequencer: z.string().min(1),
  size: z.number().int().nonnegative(),
  uploadedAt: z.coerce.date(),
});

const snsEnvelope = z.object({ Type: z.literal("Notification"), Message: z.string() });

/**
 * The body of its message: JSON in ASCII only. Keys may hold characters that SQS takes in no message, such as U+FFFF.
 */
export function replicationText(replication: Replication): string {
  return JSON.stringify(replication).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Reads it, as it is or in an SNS envelope. Throws, with one line, where it is anything else. */
export function readReplication(body: string): Replication {
  const envelope = snsEnvelope.safeParse(json(body));
  const read = message.safeParse(json(envelope.success ? envelope.data.Message : body));
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`not an order to replicate: ${issues.join("; ")}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error("not JSON", { cause: error });
  }
}
