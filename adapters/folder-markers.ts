import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/**
 * Creates the zero-byte object that makes an empty prefix visible as a folder over SFTP, unless it is there. True: it
 * was not. S3 checks and writes in one step, so the role needs nothing but `s3:PutObject`.
 */
export type CreateFolderMarker = (objectPrefix: string) => Promise<boolean>;

/** S3's answers where the object exists, or is just being written by somebody else. */
const exists = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

export function createFolderMarker(s3: Pick<S3Client, "send">, bucket: string): CreateFolderMarker {
  return async (objectPrefix) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectPrefix, ContentLength: 0, IfNoneMatch: "*" }));
      return true;
    } catch (error) {
      if (error instanceof Error && exists.has(error.name)) return false;
      throw error;
    }
  };
}
