import type { Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** One version of an object, of whatever size, as a stream that the caller ends; null where it does not exist any more. */
export type ReadVersion = (version: {
  bucket: string;
  objectKey: string;
  versionId: string;
}) => Promise<Readable | null>;

const isGone = new Set(["NoSuchKey", "NoSuchVersion"]);

export function readVersion(s3: Pick<S3Client, "send">): ReadVersion {
  return async ({ bucket, objectKey, versionId }) => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: objectKey, VersionId: versionId }));
      if (Body === undefined) throw new Error(`S3 answered without a body for ${objectKey} (version ${versionId})`);
      // In Node the SDK's body always is a Readable.
      return Body as Readable;
    } catch (error) {
      if (error instanceof Error && isGone.has(error.name)) return null;
      throw error;
    }
  };
}
