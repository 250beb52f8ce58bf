import { chmod, lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, type Mount, Obstacle, Refusal } from "./mount";

/**
 * Goes down from the mount through these folders. False: one is not there; with `create`, it is made.
 *
 * Each is looked at itself, so that no symbolic link leads out of the mount. Node has no `openat`, so whoever may write
 * to the mount and swaps a folder for a link between this look and the next step wins that race. Nobody can do that by
 * choosing keys: only applications that have the same file system mounted for writing.
 *
 * Throws a {@link Refusal} at a link, and an {@link Obstacle} at a file.
 */
export async function walk(
  mount: Mount,
  folders: readonly string[],
  { create }: { create: boolean },
): Promise<boolean> {
  let path = mount.path;
  for (const [depth, folder] of folders.entries()) {
    path = join(path, folder);
    const shown = JSON.stringify(folders.slice(0, depth + 1).join("/"));
    let found = await look(path, shown);
    if (found === null) {
      if (!create) return false;
      await makeDirectory(path, mount.directoryMode);
      found = await look(path, shown);
    }
    if (found?.isSymbolicLink()) throw new Refusal(`${shown} is a symbolic link on the mount`);
    if (found?.isDirectory() === false) throw new Obstacle(`${shown} is a file on the mount, and has to be a folder`);
  }
  return true;
}

/** Null: there is nothing. */
async function look(path: string, shown: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    if (codeOf(error) === "ENOTDIR") throw new Obstacle(`a folder above ${shown} is a file on the mount`);
    throw error;
  }
}

async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
    // What mkdir is told, the process's umask narrows.
    await chmod(path, mode);
  } catch (error) {
    // Somebody else has just made it, or removed it or what it was to be in: whoever needs it will see.
    if (!["EEXIST", "ENOENT"].includes(codeOf(error) ?? "")) throw error;
  }
}
