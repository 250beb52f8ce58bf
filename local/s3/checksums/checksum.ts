import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ChecksumAlgorithm } from "./checksum-algorithm";
import { crc32c } from "./crc32c";
import { crc64Nvme } from "./crc64-nvme";

/** A checksum of bytes that arrive in chunks. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  /** Ends it; call once. */
  digest(): Buffer;
}

const algorithms: Record<ChecksumAlgorithm, () => Checksum> = {
  CRC32: () => crc<number>(0, (chunk, value) => crc32(chunk, value), word),
  CRC32C: () => crc<number>(0, crc32c, word),
  CRC64NVME: () => crc({ high: 0, low: 0 }, crc64Nvme, ({ high, low }) => Buffer.concat([word(high), word(low)])),
  SHA1: () => createHash("sha1"),
  SHA256: () => createHash("sha256"),
};

export const checksum = (algorithm: ChecksumAlgorithm): Checksum => algorithms[algorithm]();

function crc<T>(initial: T, next: (chunk: Uint8Array, value: T) => T, bytes: (value: T) => Buffer): Checksum {
  let value = initial;
  return {
    update(chunk) {
      value = next(chunk, value);
    },
    digest: () => bytes(value),
  };
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
