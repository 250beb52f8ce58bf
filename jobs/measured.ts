import { createHash } from "node:crypto";

/** What went by so far. */
export interface Measure {
  /** Bytes. */
  size: number;
  /** Hex SHA-256; to be asked once, at the end. */
  sha256: () => string;
}

/** Passes the chunks on and counts and hashes them on the way. */
export function measured(source: AsyncIterable<Uint8Array>): { chunks: AsyncIterable<Uint8Array>; measure: Measure } {
  const hash = createHash("sha256");
  const measure: Measure = { size: 0, sha256: () => hash.digest("hex") };
  async function* pass() {
    for await (const chunk of source) {
      hash.update(chunk);
      measure.size += chunk.length;
      yield chunk;
    }
  }
  return { chunks: pass(), measure };
}

/** Hex SHA-256 of all chunks. */
export async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source) hash.update(chunk);
  return hash.digest("hex");
}
