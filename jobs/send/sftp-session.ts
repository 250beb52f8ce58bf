import type { SFTPWrapper, Stats } from "ssh2";
import { DeliveryFailure, sftpStatus } from "../../domain/delivery-failure";
import { atMost } from "./at-most";
import { type SftpRequests, sftpRequests } from "./sftp-requests";
import { writePipelined } from "./write-pipelined";

/** One SFTP connection, with what a delivery needs of it. Paths are remote paths. All throw {@link DeliveryFailure}. */
export interface SftpSession {
  readonly isOpen: boolean;
  /** What is at the path; null if nothing is. */
  find(path: string): Promise<RemoteEntry | null>;
  /** Makes an empty file, also of one that is there. */
  create(path: string): Promise<RemoteFile>;
  /** Gives the file another name, if that is free as far as the server cares; "taken" if it is not. */
  rename(from: string, to: string): Promise<"renamed" | "taken">;
  /**
   * Gives the file another name, instead of what has that name now: in one step where the server can
   * (`posix-rename@openssh.com`), else by deleting first.
   */
  replace(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Breaks the connection off; whatever is under way fails. */
  end(): void;
}

/** What is at a path. */
export interface RemoteEntry {
  /** Bytes. */
  size: number;
  isFolder: boolean;
  /** By the server's clock, in whole seconds; null where it does not say. */
  modifiedAt: Date | null;
}

/** A file that was just created and is open. */
export interface RemoteFile {
  /** Writes all of it and closes it. */
  write(chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/**
 * Of all files together, on the way at a time: 4 MiB. A rename waits behind what was written before it, over a slow line
 * for as long as that takes.
 */
const mostPieces = 128;

/** A session over an open SFTP channel; `disconnect` ends the connection beneath it. */
export function sftpSession(sftp: SFTPWrapper, disconnect: () => void): SftpSession {
  const requests = sftpRequests(sftp, disconnect);
  const limited = atMost(mostPieces);
  const { ask, tell, end } = requests;
  const session: SftpSession = {
    get isOpen() {
      return requests.isOpen;
    },
    async find(path) {
      const stats = await ask<Stats | null>(`looking for ${path}`, (callback) =>
        sftp.stat(path, (error, found) => (isNoSuchFile(error) ? callback(null, null) : callback(error, found))),
      );
      if (stats === null) return null;
      const modifiedAt = stats.mtime ? new Date(stats.mtime * 1000) : null;
      return { size: stats.size, isFolder: stats.isDirectory(), modifiedAt };
    },
    create: (path) => createFile(sftp, requests, limited, path),
    async rename(from, to) {
      try {
        await tell(`renaming ${from} to ${to}`, (callback) => sftp.rename(from, to, callback));
        return "renamed";
      } catch (error) {
        // A server refuses to overwrite with no more than "failure", so what is there must tell.
        if (!requests.isOpen || (await session.find(to)) === null || (await session.find(from)) === null) throw error;
        return "taken";
      }
    },
    async replace(from, to) {
      const what = `renaming ${from} to ${to}`;
      if (canReplace(sftp)) return tell(what, (callback) => sftp.ext_openssh_rename(from, to, callback));
      if ((await session.rename(from, to)) === "renamed") return;
      await session.remove(to);
      if ((await session.rename(from, to)) === "renamed") return;
      throw new DeliveryFailure(`${what}: something else took its place meanwhile`, {
        canPass: true,
        forPartner: true,
      });
    },
    remove: (path) => tell(`deleting ${path}`, (callback) => sftp.unlink(path, callback)),
    end,
  };
  return session;
}

async function createFile(
  sftp: SFTPWrapper,
  requests: SftpRequests,
  limited: ReturnType<typeof atMost>,
  path: string,
): Promise<RemoteFile> {
  const { ask, tell } = requests;
  const handle = await ask<Buffer>(`opening ${path}`, (callback) => sftp.open(path, "w", callback));
  const close = () => tell(`closing ${path}`, (callback) => sftp.close(handle, callback));
  const write = (piece: Uint8Array, position: number) =>
    limited(() =>
      tell(`writing ${path}`, (callback) => sftp.write(handle, asBuffer(piece), 0, piece.length, position, callback)),
    );
  return {
    async write(chunks) {
      try {
        await writePipelined(chunks, write);
      } catch (error) {
        if (requests.isOpen) await close().catch(() => {});
        throw error;
      }
      await close();
    },
  };
}

/** ssh2 keeps what the server offered to itself, and throws where an extension is missing. */
function canReplace(sftp: SFTPWrapper): boolean {
  const { _extensions: extensions } = sftp as SFTPWrapper & { _extensions?: Record<string, string> };
  return extensions?.["posix-rename@openssh.com"] === "1";
}

function isNoSuchFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === sftpStatus.noSuchFile;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
