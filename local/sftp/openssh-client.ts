import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface OpensshResult {
  /** 0: every command of the batch went well. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Whether the stock OpenSSH `sftp` is on the PATH. */
export const hasOpenssh = (): Promise<boolean> =>
  new Promise((resolve) => {
    // Without arguments it prints its usage and exits with 1; only a missing program has a code that is no number.
    execFile("sftp", [], (error) => resolve(typeof error?.code === "number" || error === null));
  });

/**
 * Runs a batch of commands with OpenSSH's `sftp` as a partner would, with a private key and a pinned host key.
 * Stops at the first command that fails.
 */
export async function openssh(
  server: { port: number; hostKeys: readonly string[] },
  login: { username: string; privateKey: string },
  batch: readonly string[],
  options: readonly string[] = [],
): Promise<OpensshResult> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-openssh-"));
  try {
    const [identity, knownHosts] = [join(folder, "key"), join(folder, "known_hosts")];
    await writeFile(identity, login.privateKey, { mode: 0o600 });
    await writeFile(knownHosts, server.hostKeys.map((key) => `[127.0.0.1]:${server.port} ${key}\n`).join(""));
    const settings = [
      `UserKnownHostsFile=${knownHosts}`,
      "GlobalKnownHostsFile=/dev/null",
      "StrictHostKeyChecking=yes",
      "IdentitiesOnly=yes",
      "PreferredAuthentications=publickey",
    ].flatMap((setting) => ["-o", setting]);
    const target = `${login.username}@127.0.0.1`;
    const args = [
      "-F",
      "/dev/null",
      "-i",
      identity,
      ...settings,
      ...options,
      "-P",
      String(server.port),
      "-b",
      "-",
      target,
    ];
    return await run(args, `${batch.join("\n")}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(args: string[], input: string): Promise<OpensshResult> {
  return new Promise((resolve) => {
    const child = execFile("sftp", args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
    // A client that could not connect does not read its batch.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
