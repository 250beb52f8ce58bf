import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, realpath, rename, rmdir, truncate, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { AttributeChanges, FileAttributes, OpenFlags, SftpDirectory, SftpFileSystem } from "../sftp/file-system";
import { noSuchFile, permissionDenied, SftpError } from "../sftp/sftp-error";
import { isWithin, parentPath } from "../sftp/virtual-path";
import { LocalFile } from "./local-file";

export interface LocalFolderOptions {
  /** The folder that the client sees as `/`. */
  folder: string;
  /** Asked before anything is changed; throws to refuse. */
  beforeChange?(path: string): void;
  /** Asked before each write how many of its bytes may be written. */
  allowance?(length: number): Promise<number>;
  /** Told after a write that was not allowed whole. */
  exhausted?(): void;
  /** Told of each name that comes into being. */
  onName?(path: string): void;
}

/**
 * A folder of this machine as an SFTP client sees it. Nothing outside is reached: paths arrive normalised, and a
 * symbolic link is neither followed nor opened.
 */
export class LocalFolder implements SftpFileSystem {
  readonly startDirectory = "/";
  readonly #options: LocalFolderOptions;

  constructor(options: LocalFolderOptions) {
    this.#options = options;
  }

  attributes(path: string): Promise<FileAttributes> {
    return told(async () => attributesOf(await this.#place(path)));
  }

  async setAttributes(path: string, { size, accessed, modified }: AttributeChanges): Promise<void> {
    this.#options.beforeChange?.(path);
    await told(async () => {
      const place = await this.#place(path);
      await attributesOf(place);
      if (size !== undefined) await truncate(place, size);
      if (modified !== undefined) await utimes(place, accessed ?? modified, modified);
    });
  }

  async open(path: string, flags: OpenFlags): Promise<LocalFile> {
    const changes = flags.write || flags.append;
    if (changes) this.#options.beforeChange?.(path);
    return told(async () => {
      const place = await this.#place(path);
      const existed = await exists(place);
      const file = await open(place, openMode(flags), 0o644);
      if ((await file.stat()).isDirectory()) {
        await file.close();
        throw new SftpError("failure", "Is a directory");
      }
      if (!existed) this.#options.onName?.(path);
      const { allowance, exhausted } = this.#options;
      return new LocalFile(file, { append: flags.append, allowance, exhausted });
    });
  }

  openDirectory(path: string): Promise<SftpDirectory> {
    return told(async () => {
      const place = await this.#place(path);
      const names = (await readdir(place)).sort();
      const nextPage = async () => {
        const page = names.splice(0, 100);
        if (page.length === 0) return undefined;
        const entries = page.map(async (name) => {
          const attributes = await attributesOf(join(place, name)).catch(() => undefined);
          return attributes === undefined ? [] : [{ name, attributes }];
        });
        return (await Promise.all(entries)).flat();
      };
      return { nextPage };
    });
  }

  async makeDirectory(path: string): Promise<void> {
    this.#options.beforeChange?.(path);
    await told(async () => mkdir(await this.#place(path)));
    this.#options.onName?.(path);
  }

  async removeDirectory(path: string): Promise<void> {
    this.#options.beforeChange?.(path);
    if (path === "/") throw permissionDenied();
    await told(async () => rmdir(await this.#place(path)));
  }

  async remove(path: string): Promise<void> {
    this.#options.beforeChange?.(path);
    await told(async () => {
      const place = await this.#place(path);
      if ((await lstat(place)).isDirectory()) throw new SftpError("failure", "Is a directory");
      await unlink(place);
    });
  }

  async rename(from: string, to: string, { replace }: { replace: boolean }): Promise<void> {
    this.#options.beforeChange?.(from);
    this.#options.beforeChange?.(to);
    await told(async () => {
      const [oldPlace, newPlace] = [await this.#place(from), await this.#place(to)];
      await attributesOf(oldPlace);
      // Between the look and the rename another client could slip in; nobody else writes to a test's folder.
      if (!replace && (await exists(newPlace))) throw new SftpError("failure", "The target exists");
      await rename(oldPlace, newPlace);
    });
    this.#options.onName?.(to);
  }

  /** Where the path lies on disk. Its parent must lie in the folder once all links are resolved. */
  async #place(path: string): Promise<string> {
    const root = await realpath(this.#options.folder);
    const parent = await realpath(join(root, parentPath(path)));
    if (!isWithin(parent, root)) throw permissionDenied();
    return path === "/" ? root : join(parent, path.slice(path.lastIndexOf("/") + 1));
  }
}

async function attributesOf(place: string): Promise<FileAttributes> {
  const found = await lstat(place);
  if (found.isSymbolicLink()) throw noSuchFile();
  return { kind: found.isDirectory() ? "directory" : "file", size: found.size, modified: found.mtime };
}

const exists = (place: string): Promise<boolean> =>
  lstat(place).then(
    () => true,
    () => false,
  );

function openMode(flags: OpenFlags): number {
  const writes = flags.write || flags.append;
  const access = writes ? (flags.read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
  return (
    access |
    constants.O_NOFOLLOW |
    (flags.create && writes ? constants.O_CREAT : 0) |
    (flags.truncate && writes ? constants.O_TRUNC : 0) |
    (flags.exclusive && writes ? constants.O_EXCL : 0)
  );
}

/** Runs work on the disk and has its errors told in SFTP's words. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SftpError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw noSuchFile();
    if (code === "EACCES" || code === "EPERM" || code === "ELOOP") throw permissionDenied();
    if (code !== undefined) throw new SftpError("failure", code);
    throw error;
  }
}
