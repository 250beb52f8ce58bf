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

export type OpensshLogin = { username: string } & ({ privateKey: string } | { password: string });

/**
 * Runs a batch of commands with OpenSSH's `sftp` as a partner would, with a private key or a password, and a pinned
 * host key. Stops at the first command that fails.
 */
export async function openssh(
  server: { port: number; hostKeys: readonly string[] },
  login: OpensshLogin,
  batch: readonly string[],
  options: readonly string[] = [],
): Promise<OpensshResult> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-openssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const { settings: how, environment } = await authentication(login, folder);
    await writeFile(knownHosts, server.hostKeys.map((key) => `[127.0.0.1]:${server.port} ${key}\n`).join(""));
    const settings = [
      `UserKnownHostsFile=${knownHosts}`,
      "GlobalKnownHostsFile=/dev/null",
      "StrictHostKeyChecking=yes",
      ...how,
    ].flatMap((setting) => ["-o", setting]);
    const target = `${login.username}@127.0.0.1`;
    const args = ["-F", "/dev/null", ...settings, ...options, "-P", String(server.port), "-b", "-", target];
    return await run(args, `${batch.join("\n")}\n`, environment);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How ssh is told the secret: a key in a file, or a program that prints the password, for it reads none from a pipe. */
async function authentication(
  login: OpensshLogin,
  folder: string,
): Promise<{ settings: string[]; environment: Record<string, string> }> {
  const secret = join(folder, "secret");
  if ("privateKey" in login) {
    await writeFile(secret, login.privateKey, { mode: 0o600 });
    const settings = [`IdentityFile=${secret}`, "IdentitiesOnly=yes", "PreferredAuthentications=publickey"];
    return { settings, environment: {} };
  }
  await writeFile(secret, `#!/bin/sh\nprintf '%s\\n' '${login.password.replaceAll("'", "'\\''")}'\n`, { mode: 0o700 });
  return {
    // A batch asks nothing, unless told to before.
    settings: [
      "BatchMode=no",
      "NumberOfPasswordPrompts=1",
      "PreferredAuthentications=password",
      "PubkeyAuthentication=no",
    ],
    environment: { SSH_ASKPASS: secret, SSH_ASKPASS_REQUIRE: "force" },
  };
}

function run(args: string[], input: string, environment: Record<string, string>): Promise<OpensshResult> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...environment } };
    const child = execFile("sftp", args, options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
    // A client that could not connect does not read its batch.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
