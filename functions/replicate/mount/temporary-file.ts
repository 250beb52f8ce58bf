import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { temporaryFolder } from "../../../domain/mount-path";
import type { Mount } from "./mount";
import { walk } from "./walk";

const namePattern = /^[0-9a-f]{32}\.part$/;

export interface FileContent {
  content: Readable;
  /** Bytes. */
  size: number;
  modifiedAt: Date;
}

/**
 * Writes a file, of whatever size, into the mount's own folder, and returns its path when it is on disk as a whole. It
 * is in that folder so that nobody sees it before it is put in place, and leftovers are found without reading through
 * everything. On failure nothing is left.
 */
export async function writeTemporaryFile(mount: Mount, { content, size, modifiedAt }: FileContent): Promise<string> {
  const path = join(mount.path, temporaryFolder, `${randomBytes(16).toString("hex")}.part`);
  let handle: FileHandle | undefined;
  try {
    await walk(mount, [temporaryFolder], { create: true });
    handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    // Chunk by chunk: the next one is read when the one before is written, so memory does not grow with the file.
    await handle.writeFile(content);
    const written = (await handle.stat()).size;
    if (written !== size) throw new Error(`${written} bytes came of ${size}`);
    await handle.chmod(mount.fileMode);
    await handle.utimes(modifiedAt, modifiedAt);
    await handle.sync();
    await handle.close();
    return path;
  } catch (error) {
    content.destroy();
    await handle?.close().catch(() => {});
    if (handle !== undefined) await discardTemporaryFile(path);
    throw error;
  }
}

/** Best effort: {@link removeLeftovers} comes along later. */
export async function discardTemporaryFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}

/**
 * Removes what crashed runs left: temporary files that nobody has touched since `before`. Returns how many.
 * It is the time of their last change that counts; that of their last modification is the object's.
 */
export async function removeLeftovers(mount: Mount, before: Date): Promise<number> {
  if (!(await walk(mount, [temporaryFolder], { create: false }))) return 0;
  const folder = join(mount.path, temporaryFolder);
  let removed = 0;
  for (const name of (await readdir(folder)).filter((name) => namePattern.test(name))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (!found?.isFile() || found.ctime >= before) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
