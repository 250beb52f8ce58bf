import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A partners folder as values: content by path below the folder, `/`-separated. */
export type FileMap = ReadonlyMap<string, Uint8Array>;

/**
 * A symbolic link, which could smuggle in a file from elsewhere, so it is no file of a partner. As in Git, its content
 * is the path that it leads to.
 */
export class SymbolicLink extends Uint8Array {}

/**
 * Whether a path holds what editors and operating systems leave behind, what Git never commits, or our own schemas and
 * unfinished changes. Everything else counts, hidden or not: Git commits it.
 */
export const isStray = (path: string) =>
  /^\.(schemas|git|change-\w{6})(\/|$)|(^|\/)(\.DS_Store|[^/]*~|\.[^/]*\.sw[a-p])(\/|$)/.test(path);

/**
 * Reads a partners folder.
 * @throws where it is missing.
 */
export async function readPartnerFolder(folder: string): Promise<FileMap> {
  const files = new Map<string, Uint8Array>();
  await readInto(files, folder, "");
  return files;
}

async function readInto(files: Map<string, Uint8Array>, folder: string, prefix: string): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const path = join(folder, prefix);
    if (error.code === "ENOENT" || error.code === "ENOTDIR") throw new Error(`there is no folder ${path}`);
    throw new Error(`cannot read the partners folder ${path}: ${error.code ?? error.message}`);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (isStray(path)) continue;
    const absolute = join(folder, path);
    if (entry.isSymbolicLink()) files.set(path, new SymbolicLink(await readlink(absolute, "buffer")));
    else if (entry.isDirectory()) await readInto(files, folder, path);
    else if ((await lstat(absolute)).isFile()) files.set(path, await readFile(absolute));
  }
}
