import type { Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { objectFailure } from "../domain/delivery-failure";
import type { ObjectKey } from "../domain/paths";

export interface ObjectVersion {
  objectKey: ObjectKey;
  versionId: string;
}

/** The bytes of exactly one object version, as they arrive. Breaking off the iteration closes the connection. */
export type ReadObject = (version: ObjectVersion) => AsyncIterable<Uint8Array>;

export function readObject(s3: Pick<S3Client, "send">, bucket: string): ReadObject {
  return async function* ({ objectKey, versionId }) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: objectKey, VersionId: versionId }));
      if (Body === undefined) throw new Error("S3 answered without a body");
      // In Node the SDK's body always is a Readable.
      yield* Body as Readable;
    } catch (error) {
      throw objectFailure(error, `reading ${objectKey} (version ${versionId})`);
    }
  };
}
