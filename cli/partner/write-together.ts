import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FileChanges } from "../../domain/partner-files/changes/file-changes";

/**
 * Writes, replaces and deletes files of a folder, all or none: everything is written beside first, then renamed into
 * place; what stood there before is kept until the last rename, and put back where one fails. No step waits, so that a
 * signal cannot come between two of them.
 */
export function writeTogether(folder: string, changes: FileChanges): void {
  // On the same disk, and hidden, so that nobody takes it for a partner.
  const stage = mkdtempSync(join(folder, ".change-"));
  const undo: (() => void)[] = [];
  try {
    const paths = [...changes.keys()];
    for (const [index, path] of paths.entries()) {
      const content = changes.get(path);
      if (content) writeFileSync(join(stage, `new-${index}`), content);
    }
    for (const [index, path] of paths.entries()) {
      const target = join(folder, path);
      const [kept, written] = [join(stage, `old-${index}`), join(stage, `new-${index}`)];
      if (existsSync(target)) {
        renameSync(target, kept);
        undo.push(() => renameSync(kept, target));
      }
      if (!existsSync(written)) continue;
      const made = mkdirSync(dirname(target), { recursive: true });
      if (made !== undefined) undo.push(() => rmSync(made, { recursive: true }));
      renameSync(written, target);
      undo.push(() => rmSync(target));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  for (const [path, content] of changes) if (content === null) removeEmptyFolders(folder, dirname(path));
}

function removeEmptyFolders(folder: string, path: string): void {
  for (let inner = path; inner !== "."; inner = dirname(inner)) {
    const absolute = join(folder, inner);
    if (!existsSync(absolute)) continue;
    if (readdirSync(absolute).length > 0) return;
    rmdirSync(absolute);
  }
}
