import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { objectFailure } from "../../domain/delivery-failure";
import type { ObjectKey } from "../../domain/paths";
import { measured } from "../measured";
import type { ObjectVersion } from "../read-object";

/** A file that is now an object version. */
export interface UploadedResult extends ObjectVersion {
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
}

export type UploadResult = (objectKey: ObjectKey, path: string) => Promise<UploadedResult>;

/** Uploads a file of any size, in parts and in constant memory. */
export function uploadResult(s3: S3Client, bucket: string): UploadResult {
  return async (objectKey, path) => {
    const { chunks, measure } = measured(createReadStream(path));
    try {
      const Body = Readable.from(chunks, { objectMode: false });
      const upload = new Upload({ client: s3, params: { Bucket: bucket, Key: objectKey, Body } });
      const { VersionId } = await upload.done();
      if (VersionId === undefined) throw new Error(`bucket ${bucket} keeps no versions`);
      return { objectKey, versionId: VersionId, size: measure.size, sha256: measure.sha256() };
    } catch (error) {
      throw objectFailure(error, `writing ${objectKey}`);
    }
  };
}
