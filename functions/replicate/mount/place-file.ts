import { lstat, rename } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, type Mount, Obstacle } from "./mount";
import { walk } from "./walk";

/** Folders are pruned by others right after they were made, but not for ever. */
const attempts = 10;

/** Throws the {@link Refusal} or {@link Obstacle} with which a file could not be put there, before it is fetched. */
export async function tryPlace(mount: Mount, path: readonly string[]): Promise<void> {
  if (!(await walk(mount, path.slice(0, -1), { create: false }))) return;
  const found = await lstat(join(mount.path, ...path)).catch(() => null);
  if (found?.isDirectory()) throw folderInTheWay(path);
}

/**
 * Puts a temporary file in its place, in one step: whoever reads there sees the old file or the new one. The folders it
 * lies in are made. Throws a {@link Refusal} or an {@link Obstacle} where that place cannot be.
 */
export async function placeFile(mount: Mount, temporaryPath: string, path: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await walk(mount, path.slice(0, -1), { create: true });
    try {
      // What is there is replaced, also where it is a link; a rename never follows one.
      return await rename(temporaryPath, join(mount.path, ...path));
    } catch (error) {
      if (codeOf(error) === "EISDIR") throw folderInTheWay(path);
      if (codeOf(error) !== "ENOENT" || attempt === attempts) throw error;
    }
  }
}

function folderInTheWay(path: readonly string[]): Obstacle {
  return new Obstacle(`${JSON.stringify(path.join("/"))} is a folder on the mount, and has to be a file`);
}
