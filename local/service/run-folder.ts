import { rmSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopAbandonedPostgres } from "../rds/abandoned-postgres";

/** The one folder that a run keeps everything in. Its name says which process it belongs to. */
export interface RunFolder {
  path: string;
  /** Makes a folder in it that nobody else may look into. */
  privateFolder(name: string): Promise<string>;
  /** Removes it with everything that is in it, once or several times. */
  remove(): Promise<void>;
}

const namePattern = /^quayside-(\d+)-\w{6}$/;

/**
 * Makes the folder of this run, and removes those of runs whose process is no longer there, with the databases that
 * they left running. It goes at `remove`, and at the latest when this process exits by itself.
 * @param parent where the folders of all runs are
 */
export async function openRunFolder(parent = tmpdir()): Promise<RunFolder> {
  await removeDeadRuns(parent);
  const path = await mkdtemp(join(parent, `quayside-${process.pid}-`));
  // A database that root starts runs as another user, and must get through to its own folder.
  if (process.getuid?.() === 0) await chmod(path, 0o711);
  const removeNow = () => removeAtExit(path);
  process.once("exit", removeNow);
  return {
    path,
    async privateFolder(name) {
      await mkdir(join(path, name), { mode: 0o700 });
      return join(path, name);
    },
    async remove() {
      process.off("exit", removeNow);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeDeadRuns(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = namePattern.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    // Anybody can make such a folder where everybody's temporary files are: only ours may be taken at its word.
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isDirectory() || (process.getuid && found.uid !== process.getuid())) continue;
    for (const inside of await readdir(path).catch(() => [])) await stopAbandonedPostgres(join(path, inside, "data"));
    // Another run that starts now may be removing it too.
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

function removeAtExit(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Somebody still writes there; the next run removes it.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
