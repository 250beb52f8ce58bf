import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Segment } from "./object-version";

/** Bytes read at once; one buffer of this size is all that a download holds. */
const readSize = 256 * 1024;

/**
 * The bytes of objects and parts: immutable files under opaque names. A file appears in `blobs/` only when it is
 * written wholly (temporary name, then rename), and stays until the last reader has left.
 */
export class BlobStore {
  readonly #blobs: string;
  readonly #incoming: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(folder: string) {
    this.#blobs = join(folder, "blobs");
    this.#incoming = join(folder, "incoming");
  }

  /** Opens the store in a folder and deletes every file there that `isReferenced` does not know. */
  static async open(folder: string, isReferenced: (blob: string) => boolean): Promise<BlobStore> {
    const store = new BlobStore(folder);
    await rm(store.#incoming, { recursive: true, force: true });
    await mkdir(store.#incoming, { recursive: true });
    await mkdir(store.#blobs, { recursive: true });
    for (const blob of await readdir(store.#blobs)) if (!isReferenced(blob)) await rm(join(store.#blobs, blob));
    return store;
  }

  /**
   * Writes a blob from a stream; `observe` sees every chunk, and `accept` may refuse the whole (by throwing) before it
   * becomes visible. Leaves nothing when the stream, the observer or the acceptance fails.
   */
  async write(
    content: AsyncIterable<Uint8Array>,
    observe: (chunk: Uint8Array) => void,
    accept: () => void,
  ): Promise<Segment> {
    const blob = randomUUID();
    const temporary = join(this.#incoming, blob);
    let size = 0;
    try {
      const file = await open(temporary, "wx");
      try {
        for await (const chunk of content) {
          observe(chunk);
          size += chunk.byteLength;
          await file.appendFile(chunk);
        }
      } finally {
        await file.close();
      }
      accept();
      await rename(temporary, join(this.#blobs, blob));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { blob, size };
  }

  /** A second name for the same bytes, at no cost: blobs never change. */
  async duplicate(segment: Segment): Promise<Segment> {
    const blob = randomUUID();
    await link(join(this.#blobs, segment.blob), join(this.#blobs, blob));
    return { blob, size: segment.size };
  }

  /**
   * The bytes from `start` to before `end` of consecutive segments. The segments are held from this call on, so the
   * result must be read to its end or returned; a deletion meanwhile takes effect afterwards.
   */
  read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Uint8Array> {
    for (const { blob } of segments) this.#readers.set(blob, (this.#readers.get(blob) ?? 0) + 1);
    const release = () => Promise.all(segments.map(({ blob }) => this.#release(blob)));
    return held(this.#bytes(segments, start, end), release);
  }

  async *#bytes(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (const { blob, size } of segments) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      if (from < to) yield* readFileRange(join(this.#blobs, blob), from, to);
      offset += size;
    }
  }

  async remove(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) {
      if (this.#readers.has(blob)) this.#doomed.add(blob);
      else await rm(join(this.#blobs, blob), { force: true });
    }
  }

  async #release(blob: string): Promise<void> {
    const others = (this.#readers.get(blob) ?? 1) - 1;
    if (others > 0) {
      this.#readers.set(blob, others);
      return;
    }
    this.#readers.delete(blob);
    if (this.#doomed.delete(blob)) await rm(join(this.#blobs, blob), { force: true });
  }
}

async function* readFileRange(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    for (let position = from; position < to; ) {
      const buffer = Buffer.allocUnsafe(Math.min(readSize, to - position));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0)
        throw new Error(`the stored file ${path} is shorter than its object: the folder was changed`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Calls `release` once, when the generator ended, failed or was returned, even if it was never started. */
function held(inner: AsyncGenerator<Uint8Array>, release: () => Promise<unknown>): AsyncGenerator<Uint8Array> {
  let released = false;
  const finish = async () => {
    if (released) return;
    released = true;
    await release();
  };
  return {
    async next() {
      try {
        const result = await inner.next();
        if (result.done) await finish();
        return result;
      } catch (error) {
        await finish();
        throw error;
      }
    },
    async return(value) {
      const result = await inner.return(value);
      await finish();
      return result;
    },
    async throw(error) {
      await finish();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined);
    },
  };
}
