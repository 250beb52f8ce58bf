import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A partners folder as values: content by path below the folder, `/`-separated. */
export type FileMap = ReadonlyMap<string, Uint8Array>;

/** Whether a file or folder of this name was left behind by an editor or operating system; it is never part of a partner. */
export const isStray = (name: string) => /(^\.)|(~$)|(\.sw[a-p]$)/.test(name);

/**
 * Reads a partners folder. Hidden files and editors' backups are left out.
 * @throws where the folder is missing, or holds a symbolic link, which could smuggle in a file from elsewhere.
 */
export async function readPartnerFolder(folder: string): Promise<FileMap> {
  const files = new Map<string, Uint8Array>();
  await readInto(files, folder, "");
  return files;
}

async function readInto(files: Map<string, Uint8Array>, folder: string, prefix: string): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read the partners folder ${join(folder, prefix)}: ${error.code ?? error.message}`);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isStray(entry.name)) continue;
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isSymbolicLink()) throw new Error(`${path} is a symbolic link; put the file itself there`);
    if (entry.isDirectory()) await readInto(files, folder, path);
    else if ((await lstat(join(folder, path))).isFile()) files.set(path, await readFile(join(folder, path)));
  }
}
