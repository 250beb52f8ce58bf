import type { SFTPWrapper, Stats } from "ssh2";
import { DeliveryFailure, sftpFailure, sftpStatus } from "../../domain/delivery-failure";
import { writePipelined } from "./write-pipelined";

/** One SFTP connection, with what a delivery needs of it. Paths are remote paths. All throw {@link DeliveryFailure}. */
export interface SftpSession {
  readonly isOpen: boolean;
  /** What is at the path; null if nothing is. */
  find(path: string): Promise<{ size: number; isFolder: boolean } | null>;
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

/** A file that was just created and is open. */
export interface RemoteFile {
  /** Writes all of it and closes it. */
  write(chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** A server that keeps the connection alive but leaves a request without answer this long is given up. */
const answerMilliseconds = 120_000;

type Callback<Result> = (error: Error | null | undefined, result: Result) => void;

/** A session over an open SFTP channel; `disconnect` ends the connection beneath it. */
export function sftpSession(sftp: SFTPWrapper, disconnect: () => void): SftpSession {
  let isOpen = true;
  sftp.once("close", () => {
    isOpen = false;
  });
  const end = () => {
    isOpen = false;
    disconnect();
  };

  /** The answer to one request; `what` is for the failure's message. */
  function ask<Result>(what: string, request: (callback: Callback<Result>) => void): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DeliveryFailure(`${what}: no answer for ${answerMilliseconds / 1000} s`, { canPass: true }));
        end();
      }, answerMilliseconds);
      const callback: Callback<Result> = (error, result) => {
        clearTimeout(timer);
        if (error) reject(sftpFailure(error, what));
        else resolve(result);
      };
      if (!isOpen) return callback(new Error("the connection is closed"), undefined as never);
      try {
        request(callback);
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)), undefined as never);
      }
    });
  }

  const session: SftpSession = {
    get isOpen() {
      return isOpen;
    },
    async find(path) {
      const stats = await ask<Stats | null>(`looking for ${path}`, (callback) =>
        sftp.stat(path, (error, found) =>
          isNoSuchFile(error) ? callback(null, null) : callback(error, error ? null : found),
        ),
      );
      return stats === null ? null : { size: stats.size, isFolder: stats.isDirectory() };
    },
    async create(path) {
      const handle = await ask<Buffer>(`opening ${path}`, (callback) => sftp.open(path, "w", callback));
      const close = () =>
        ask<void>(`closing ${path}`, (callback) => sftp.close(handle, (error) => callback(error, undefined)));
      const write = (piece: Uint8Array, position: number) =>
        ask<void>(`writing ${path}`, (callback) =>
          sftp.write(handle, asBuffer(piece), 0, piece.length, position, (error) => callback(error, undefined)),
        );
      return {
        async write(chunks) {
          try {
            await writePipelined(chunks, write);
          } catch (error) {
            if (isOpen) await close().catch(() => {});
            throw error;
          }
          await close();
        },
      };
    },
    async rename(from, to) {
      const what = `renaming ${from} to ${to}`;
      try {
        await ask<void>(what, (callback) => sftp.rename(from, to, (error) => callback(error, undefined)));
        return "renamed";
      } catch (error) {
        // A server refuses to overwrite with no more than "failure", so what is there must tell.
        if (!isOpen || (await session.find(to)) === null || (await session.find(from)) === null) throw error;
        return "taken";
      }
    },
    async replace(from, to) {
      const what = `renaming ${from} to ${to}`;
      if (canReplace(sftp)) {
        await ask<void>(what, (callback) => sftp.ext_openssh_rename(from, to, (error) => callback(error, undefined)));
      } else if ((await session.rename(from, to)) === "taken") {
        await session.remove(to);
        if ((await session.rename(from, to)) === "taken") {
          throw new DeliveryFailure(`${what}: something else took its place meanwhile`, { canPass: true });
        }
      }
    },
    async remove(path) {
      await ask<void>(`deleting ${path}`, (callback) => sftp.unlink(path, (error) => callback(error, undefined)));
    },
    end,
  };
  return session;
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
