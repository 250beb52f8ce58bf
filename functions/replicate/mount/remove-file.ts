import { lstat, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, type Mount, Obstacle } from "./mount";
import { walk } from "./walk";

/**
 * Removes a file, and then each folder around it that is empty, but none of the first `kept`. Nothing is left to do
 * where the file is not there, or something else has taken its place. Throws a {@link Refusal} at a symbolic link.
 */
export async function removeFile(mount: Mount, path: readonly string[], kept: number): Promise<void> {
  const folders = path.slice(0, -1);
  try {
    if (await walk(mount, folders, { create: false })) await removeLeaf(join(mount.path, ...path));
  } catch (error) {
    if (error instanceof Obstacle) return;
    throw error;
  }
  for (let depth = folders.length; depth > kept; depth -= 1) {
    try {
      await rmdir(join(mount.path, ...folders.slice(0, depth)));
    } catch (error) {
      if (codeOf(error) === "ENOENT") continue;
      if (["ENOTEMPTY", "EEXIST", "ENOTDIR", "EBUSY"].includes(codeOf(error) ?? "")) return;
      throw error;
    }
  }
}

async function removeLeaf(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isDirectory()) await unlink(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
