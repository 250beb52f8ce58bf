import type { FileMap } from "../read-partner-folder";

/** What becomes of files, by path below the partners folder: their new content; null: deleted. */
export type FileChanges = ReadonlyMap<string, Uint8Array | null>;

/** The folder as it would be. */
export function withChanges(files: FileMap, changes: FileChanges): FileMap {
  const after = new Map(files);
  for (const [path, content] of changes) {
    if (content === null) after.delete(path);
    else after.set(path, content);
  }
  return after;
}

/** Only those that change something. */
export function realChanges(files: FileMap, changes: FileChanges): FileChanges {
  return new Map(
    [...changes].filter(([path, content]) => {
      const before = files.get(path);
      if (content === null || before === undefined) return content !== null || before !== undefined;
      return Buffer.compare(before, content) !== 0;
    }),
  );
}

/** A file's content as text. @throws where there is no such file. */
export function textOf(files: FileMap, path: string): string {
  const content = files.get(path);
  if (content === undefined) throw new Error(`there is no file ${path}`);
  return Buffer.from(content).toString("utf8");
}

export const content = (text: string): Uint8Array => Buffer.from(text, "utf8");
