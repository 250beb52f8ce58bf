import type { FileHandle } from "node:fs/promises";
import type { AttributeChanges, FileAttributes, SftpFile } from "../sftp/file-system";
import { SftpError } from "../sftp/sftp-error";

export interface LocalFileOptions {
  /** Writes go to the end, wherever the client says. */
  append: boolean;
  /** How many bytes of a write may be written; absent: all. */
  allowance?: ((length: number) => Promise<number>) | undefined;
  /** Told after a write that was not allowed whole. */
  exhausted?: (() => void) | undefined;
}

/** An open file of a local folder. */
export class LocalFile implements SftpFile {
  readonly #file: FileHandle;
  readonly #options: LocalFileOptions;

  constructor(file: FileHandle, options: LocalFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  async read(offset: number, length: number): Promise<Uint8Array | undefined> {
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return bytesRead === 0 && length > 0 ? undefined : buffer.subarray(0, bytesRead);
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    const { append, allowance, exhausted } = this.#options;
    const allowed = (await allowance?.(data.length)) ?? data.length;
    const start = append ? (await this.#file.stat()).size : offset;
    for (let written = 0; written < allowed; ) {
      const { bytesWritten } = await this.#file.write(data, written, allowed - written, start + written);
      written += bytesWritten;
    }
    if (allowed === data.length) return;
    exhausted?.();
    throw new SftpError("failure", "Not everything was written");
  }

  async attributes(): Promise<FileAttributes> {
    const { size, mtime } = await this.#file.stat();
    return { kind: "file", size, modified: mtime };
  }

  async setAttributes({ size, accessed, modified }: AttributeChanges): Promise<void> {
    if (size !== undefined) await this.#file.truncate(size);
    if (modified !== undefined) await this.#file.utimes(accessed ?? modified, modified);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  abandon(): Promise<void> {
    return this.#file.close();
  }
}
