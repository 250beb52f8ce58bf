import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** How long a database gets to end by itself, in milliseconds. */
const patience = 5_000;

/**
 * Stops the PostgreSQL of a data folder whose owner is gone, if it still runs. What is no data folder is left alone, and
 * so is a process that took over the number since.
 */
export async function stopAbandonedPostgres(dataFolder: string): Promise<void> {
  const written = await readFile(join(dataFolder, "postmaster.pid"), "utf8").catch(() => undefined);
  const pid = Number(written?.split("\n", 1)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  const isThere = async () => (await commandOf(pid)).includes(dataFolder);
  if (!(await isThere())) return;
  // PostgreSQL's fast shutdown, and its immediate one.
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    send(pid, signal);
    for (const end = performance.now() + patience; performance.now() < end; await sleep(50)) {
      if (!(await isThere())) return;
    }
  }
}

/** A process's command line; empty where it is gone. */
async function commandOf(pid: number): Promise<string> {
  const ofLinux = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (ofLinux !== undefined || process.platform === "linux") return ofLinux ?? "";
  const ps = promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]);
  return ps.then(({ stdout }) => stdout).catch(() => "");
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just gone.
  }
}
