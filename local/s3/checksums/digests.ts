import { createHash, type Hash } from "node:crypto";
import { type Checksum, checksum } from "./checksum";
import type { ChecksumAlgorithm } from "./checksum-algorithm";

/** What is asked of an upload's bytes besides the MD5 that every ETag needs. */
export interface WantedDigests {
  /** The checksum that is kept with the object. */
  checksum?: ChecksumAlgorithm;
  /** SHA-256, for the `x-amz-content-sha256` that the request was signed with. */
  sha256?: boolean;
}

export interface Digests {
  /** Bytes. */
  size: number;
  /** Hex. */
  md5: string;
  /** Hex. */
  sha256?: string;
  /** Base64. */
  checksum?: string;
}

/** All the digests of an upload, taken in one pass. */
export class DigestCollector {
  #size = 0;
  readonly #md5: Hash = createHash("md5");
  readonly #sha256: Hash | undefined;
  readonly #checksum: Checksum | undefined;

  constructor(wanted: WantedDigests) {
    this.#sha256 = wanted.sha256 ? createHash("sha256") : undefined;
    this.#checksum = wanted.checksum && checksum(wanted.checksum);
  }

  update(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    this.#md5.update(chunk);
    this.#sha256?.update(chunk);
    this.#checksum?.update(chunk);
  }

  /** Ends the pass; call once. */
  finish(): Digests {
    return {
      size: this.#size,
      md5: this.#md5.digest("hex"),
      sha256: this.#sha256?.digest("hex"),
      checksum: this.#checksum?.digest().toString("base64"),
    };
  }
}
