import { once } from "node:events";
import { watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Editors and Git write several files in a row; this long after the last one is soon enough. In milliseconds. */
const quiet = 150;

/**
 * Calls `onChange` after files below the folder changed, and once at the beginning for what changed before it watched;
 * never twice at once, until the signal aborts. Rejects where `onChange` does, or the folder cannot be watched.
 */
export async function watchFolder(folder: string, onChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let changed = true;
  let wake = () => {};
  const watcher = watch(folder, { recursive: true }, () => {
    changed = true;
    wake();
  });
  const failed = once(watcher, "error").then(([error]) => Promise.reject(error));
  const aborted = once(signal, "abort");
  failed.catch(() => {});
  try {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!changed) await Promise.race([woken, aborted, failed]);
      while (changed && !signal.aborted) {
        changed = false;
        await Promise.race([sleep(quiet), aborted]);
      }
      if (!signal.aborted) await onChange();
    }
  } finally {
    watcher.close();
  }
}
