import { watch } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Editors and Git write several files in a row; this long after the last one is soon enough. In milliseconds. */
const quiet = 150;

/**
 * Calls `onChange` after files below the folder changed, never twice at once, until the signal aborts. Changes during a
 * call lead to another.
 */
export async function watchFolder(folder: string, onChange: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let changed = false;
  let working: Promise<void> | undefined;
  const work = async () => {
    while (changed && !signal.aborted) {
      do {
        changed = false;
        await sleep(quiet, undefined, { signal });
      } while (changed);
      await onChange();
    }
  };
  try {
    for await (const _event of watch(folder, { recursive: true, signal })) {
      changed = true;
      working ??= work().finally(() => {
        working = undefined;
      });
      // A failure of the work ends the watch, and with it the program.
      working.catch(() => {});
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await working?.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
