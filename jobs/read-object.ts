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

/**
 * S3 may be silent this long before a read fails; the SDK would wait for ever. A time limit of the socket's would do as
 * little: it also runs while we read nothing because the receiver is slow.
 */
const silenceMilliseconds = 120_000;

/** `patience` is for tests, in milliseconds. */
export function readObject(
  s3: Pick<S3Client, "send">,
  bucket: string,
  patience: number = silenceMilliseconds,
): ReadObject {
  return async function* ({ objectKey, versionId }) {
    const silence = new AbortController();
    const heard = <Answer>(answer: Promise<Answer>) => inTime(answer, patience, () => silence.abort());
    let body: Readable | undefined;
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: objectKey, VersionId: versionId });
      const { Body } = await heard(s3.send(command, { abortSignal: silence.signal }));
      if (Body === undefined) throw new Error("S3 answered without a body");
      // In Node the SDK's body always is a Readable.
      body = Body as Readable;
      const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
      for (let next = await heard(chunks.next()); !next.done; next = await heard(chunks.next())) yield next.value;
    } catch (error) {
      throw objectFailure(error, `reading ${objectKey} (version ${versionId})`);
    } finally {
      body?.destroy();
    }
  };
}

async function inTime<Answer>(answer: Promise<Answer>, patience: number, late: () => void): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`S3 was silent for ${patience / 1000} s`));
      late();
    }, patience);
  });
  try {
    return await Promise.race([answer, silent]);
  } finally {
    clearTimeout(timer);
  }
}
