import type { Readable } from "node:stream";
import type { FileAttributes, SftpFile } from "../sftp/file-system";
import { unsupported } from "../sftp/sftp-error";
import type { FoundObject, SessionObjects } from "./session-objects";
import { filePath, type SessionRecord } from "./session-record";
import type { TransferFailure } from "./transfer-events";

export interface S3DownloadOptions {
  bucket: string;
  key: string;
  found: FoundObject;
  objects: SessionObjects;
  record: SessionRecord;
  /** Throws where attributes may not be set. */
  acceptAttributes(): void;
}

/** A gap up to this many bytes is read over; a larger one, or a step back, is a new request to S3. */
const longestGap = 1024 * 1024;

/** A file being downloaded. Reads one after the other come out of a single stream from S3. */
export class S3Download implements SftpFile {
  readonly #options: S3DownloadOptions;
  readonly #began: Date;
  #stream: ObjectStream | undefined;
  #bytes = 0;

  constructor(options: S3DownloadOptions) {
    this.#options = options;
    this.#began = options.record.now();
  }

  async read(offset: number, length: number): Promise<Uint8Array | undefined> {
    const { size } = this.#options.found;
    if (offset >= size) return undefined;
    const stream = await this.#streamAt(offset);
    try {
      const data = await stream.take(offset, Math.min(length, size - offset));
      this.#bytes += data.length;
      return data;
    } catch (error) {
      // What is left of a broken stream is of no use; the next read asks S3 anew.
      this.#dropStream();
      throw error;
    }
  }

  async write(): Promise<void> {
    throw unsupported("Writing to a file that is being read");
  }

  async attributes(): Promise<FileAttributes> {
    const { size, modified } = this.#options.found;
    return { kind: "file", size, modified };
  }

  async setAttributes(): Promise<void> {
    this.#options.acceptAttributes();
  }

  async close(): Promise<void> {
    this.#finish("CLOSE", undefined);
  }

  async abandon(): Promise<void> {
    this.#finish("PARTIAL_CLOSE", {
      "failure-code": "PARTIAL_DOWNLOAD",
      "failure-message": "File was partially downloaded.",
    });
  }

  async #streamAt(offset: number): Promise<ObjectStream> {
    const current = this.#stream;
    if (current !== undefined && offset >= current.position && offset - current.position <= longestGap) return current;
    this.#dropStream();
    const { bucket, key, found, objects } = this.#options;
    const stream = new ObjectStream(await objects.read(bucket, key, found, offset), offset);
    this.#stream = stream;
    return stream;
  }

  #dropStream(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
  }

  #finish(activity: "CLOSE" | "PARTIAL_CLOSE", failure: TransferFailure | undefined): void {
    this.#dropStream();
    const { bucket, key, record, found } = this.#options;
    const path = filePath(bucket, key);
    record.log({ "activity-type": activity, path, "bytes-out": this.#bytes });
    record.event("File Download", {
      began: this.#began,
      detail: { bytes: this.#bytes, etag: found.etag.replaceAll('"', ""), "file-path": path },
      ...(failure && { failure }),
    });
  }
}

/** An object's bytes from some offset on, taken forwards. */
class ObjectStream {
  readonly #body: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #position: number;

  constructor(body: Readable, position: number) {
    this.#body = body;
    this.#chunks = body[Symbol.asyncIterator]();
    this.#position = position;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** The bytes from `offset`, which lies at or behind the position. */
  async take(offset: number, length: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    const end = offset + length;
    while (this.#position < end) {
      if (this.#rest.length === 0) this.#rest = await this.#nextChunk();
      const used = Math.min(this.#rest.length, (this.#position < offset ? offset : end) - this.#position);
      if (this.#position >= offset) taken.push(this.#rest.subarray(0, used));
      this.#rest = this.#rest.subarray(used);
      this.#position += used;
    }
    return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken);
  }

  destroy(): void {
    // Without a listener, what the destroyed connection reports would end the process.
    this.#body.on("error", () => {}).destroy();
  }

  async #nextChunk(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next();
    if (done) throw new Error("the object's stream ended before its size was reached");
    return value;
  }
}
