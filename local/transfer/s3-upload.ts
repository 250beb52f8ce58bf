import { type FileHandle, open, rm } from "node:fs/promises";
import type { FileAttributes, SftpFile } from "../sftp/file-system";
import { SftpError, unsupported } from "../sftp/sftp-error";
import type { SessionObjects } from "./session-objects";
import { filePath, type SessionRecord } from "./session-record";
import type { TransferFailure } from "./transfer-events";

export interface S3UploadOptions {
  bucket: string;
  key: string;
  objects: SessionObjects;
  record: SessionRecord;
  /** File of this machine that holds what has arrived. */
  spoolPath: string;
  /** Throws where attributes may not be set. */
  acceptAttributes(): void;
}

/**
 * A file being uploaded. What arrives is spooled at the offsets that the client says; the object is made when the
 * client closes the file, or, of what has arrived, when the connection ends before.
 */
export class S3Upload implements SftpFile {
  readonly #options: S3UploadOptions;
  readonly #spool: FileHandle;
  readonly #began: Date;
  #size = 0;

  private constructor(options: S3UploadOptions, spool: FileHandle) {
    this.#options = options;
    this.#spool = spool;
    this.#began = options.record.now();
  }

  static async begin(options: S3UploadOptions): Promise<S3Upload> {
    return new S3Upload(options, await open(options.spoolPath, "wx"));
  }

  async read(): Promise<undefined> {
    throw unsupported("Reading a file that is being written");
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    for (let written = 0; written < data.length; ) {
      const { bytesWritten } = await this.#spool.write(data, written, data.length - written, offset + written);
      written += bytesWritten;
    }
    this.#size = Math.max(this.#size, offset + data.length);
  }

  async attributes(): Promise<FileAttributes> {
    return { kind: "file", size: this.#size, modified: this.#options.record.now() };
  }

  async setAttributes(): Promise<void> {
    this.#options.acceptAttributes();
  }

  async close(): Promise<void> {
    await this.#finish("CLOSE", undefined);
  }

  async abandon(): Promise<void> {
    await this.#finish("PARTIAL_CLOSE", {
      "failure-code": "PARTIAL_UPLOAD",
      "failure-message": "File was partially uploaded.",
    });
  }

  async #finish(activity: "CLOSE" | "PARTIAL_CLOSE", failure: TransferFailure | undefined): Promise<void> {
    const { bucket, key, objects, record, spoolPath } = this.#options;
    const path = filePath(bucket, key);
    const ended = (etag: string | undefined, reason: TransferFailure | undefined) =>
      record.event("File Upload", {
        began: this.#began,
        detail: { bytes: this.#size, ...(etag !== undefined && { etag }), "file-path": path },
        ...(reason && { failure: reason }),
      });
    try {
      await this.#spool.close();
      ended(await objects.store(bucket, key, spoolPath), failure);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      record.log({ "activity-type": "ERROR", operation: activity, path, message });
      ended(undefined, { "failure-code": "UNKNOWN_ERROR", "failure-message": message });
      throw error instanceof SftpError ? error : new SftpError("failure", "The file could not be stored");
    } finally {
      await rm(spoolPath, { force: true });
      record.log({ "activity-type": activity, path, "bytes-in": this.#size });
    }
  }
}
