import type { SftpDirectory, SftpFile } from "./file-system";
import { SftpError } from "./sftp-error";

/** A file or directory that a client has open. */
export type OpenHandle = { path: string } & (
  | { kind: "file"; file: SftpFile }
  | { kind: "directory"; directory: SftpDirectory; encodedEntries: Buffer[] }
);

/** Most handles that one client may have open at once. */
export const mostHandles = 1000;

/** The handles of one SFTP session, by the names that its client knows. */
export class OpenHandles {
  readonly #handles = new Map<string, OpenHandle>();
  #opened = 0;

  get isFull(): boolean {
    return this.#handles.size >= mostHandles;
  }

  add(handle: OpenHandle): string {
    const name = (this.#opened++).toString(16).padStart(8, "0");
    this.#handles.set(name, handle);
    return name;
  }

  find(name: string): OpenHandle {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new SftpError("failure", "The handle is not open");
    return handle;
  }

  /** Forgets a handle; false where it was forgotten before. */
  delete(name: string): boolean {
    return this.#handles.delete(name);
  }

  /** Takes out all files that are still open. */
  takeFiles(): { path: string; file: SftpFile }[] {
    const open = [...this.#handles.values()];
    this.#handles.clear();
    return open.flatMap((handle) => (handle.kind === "file" ? [handle] : []));
  }
}
