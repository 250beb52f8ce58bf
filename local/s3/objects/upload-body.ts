import type { ChecksumAlgorithm } from "../checksums/checksum-algorithm";
import { DigestCollector, type Digests } from "../checksums/digests";
import type { Core } from "../core";
import { S3Error } from "../s3-error";
import type { Segment } from "../store/object-version";

/** The bytes of an upload and what they must prove to be. */
export interface UploadBody {
  content: AsyncIterable<Uint8Array>;
  /** The checksum to be kept with the object, if any. */
  checksum?: ChecksumAlgorithm;
  /** Whether `verify` needs the SHA-256. */
  sha256?: boolean;
  /** Throws if the digests, taken after the last byte, are not the promised ones; then nothing is stored. */
  verify?(digests: Digests): void;
}

export interface ReceivedBody {
  segment: Segment;
  digests: Digests;
}

/** The largest object of a single upload, copy or part: 5 GiB. */
const largest = 5 * 1024 ** 3;

/** Writes an upload to disk, verified; nothing stays of one that broke off or does not verify. */
export async function receiveBody(core: Core, body: UploadBody): Promise<ReceivedBody> {
  const collector = new DigestCollector(body);
  let digests: Digests | undefined;
  let size = 0;
  const segment = await core.store.blobs.write(
    body.content,
    (chunk) => {
      size += chunk.byteLength;
      if (size > largest) throw entityTooLarge();
      collector.update(chunk);
    },
    () => {
      digests = collector.finish();
      body.verify?.(digests);
    },
  );
  if (digests === undefined) throw new Error("an upload was stored without its digests");
  return { segment, digests };
}

export const entityTooLarge = () =>
  new S3Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size of 5 GiB");
