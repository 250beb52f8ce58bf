import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";

/** Runs Git in a folder. @throws where it cannot be started there. */
export async function runGit(
  repository: string,
  args: readonly string[],
  input = "",
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  const child = spawn("git", args, { cwd: repository, stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<number | null>((done, failed) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      failed(new Error(error.code === "ENOENT" ? `git cannot be run in ${repository}` : error.message)),
    );
    child.on("close", done);
  });
  // Git may end before it has read everything, and says why itself.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
