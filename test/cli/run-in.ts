import { coloursOn } from "../../cli/colours-on";
import type { Terminal } from "../../cli/command";

/**
 * Runs a command in this process as if it had been started in `folder`, where nobody looks, and catches what it prints:
 * a process of its own takes a third of a second each time. One at a time: the working directory is the process's.
 */
export async function runIn(
  folder: string,
  command: (terminal: Terminal) => Promise<number>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  const terminal: Terminal = {
    print: (text) => {
      printed.stdout += text;
    },
    warn: (text) => {
      printed.stderr += text;
    },
    colours: coloursOn({}),
    warningColours: coloursOn({}),
  };
  const home = process.cwd();
  process.chdir(folder);
  try {
    return { code: await command(terminal), ...printed };
  } finally {
    process.chdir(home);
  }
}
