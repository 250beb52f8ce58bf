import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { loadTypescript } from "../load-typescript";

const root = join(__dirname, "../..");

/** What Node is given to run an entry file as its npm script does, from any folder. */
export const nodeArguments = (entry: string): string[] => [...loadTypescript, join(root, entry)];

/** Runs an entry file as its npm script does, in a process of its own. */
export async function runScript(
  entry: string,
  args: readonly string[],
  cwd = root,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...nodeArguments(entry), ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
