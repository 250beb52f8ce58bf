import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../local/free-port";
import type { KeyPair } from "../../local/sftp/key-pair";
import { runningProcesses } from "../processes";
import { pathOf, withPrograms } from "../programs";

/** Declares what needs {@link startOpensshServer}. */
export const withSshd = (...others: Parameters<typeof withPrograms>) => withPrograms("sshd", "ssh-keygen", ...others);

export interface OpensshServer {
  port: number;
  username: string;
  /** Logs in as `username`. */
  privateKey: string;
  /** One-line public keys of the types ed25519, ecdsa and rsa. */
  hostKeys: string[];
  /** The folder that it serves, by its own path. */
  folder: string;
  /** Ends every connection, as a restart would; the server goes on. */
  cutConnections(): void;
  stop(): Promise<void>;
}

const hostKeyTypes = ["ed25519", "ecdsa", "rsa"] as const;
type Keys = Record<(typeof hostKeyTypes)[number] | "client", KeyPair>;

/** One set for every server of this process, because making them takes as long as starting a server. */
let keys: Promise<Keys> | undefined;

async function generateKeys(): Promise<Keys> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-sshd-keys-"));
  const generate = async (name: keyof Keys, ...type: string[]): Promise<KeyPair> => {
    const file = join(folder, name);
    execFileSync("ssh-keygen", ["-q", "-t", ...type, "-N", "", "-C", "", "-f", file]);
    return { privateKey: await readFile(file, "utf8"), publicKey: await readFile(`${file}.pub`, "utf8") };
  };
  try {
    return {
      ed25519: await generate("ed25519", "ed25519"),
      ecdsa: await generate("ecdsa", "ecdsa"),
      // The default, 3,072 bits, takes up to a second.
      rsa: await generate("rsa", "rsa", "-b", "2048"),
      client: await generate("client", "ed25519"),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Starts OpenSSH's server, SFTP only, keys only, on a free port of 127.0.0.1. As root it runs as another user, because
 * only then it needs no folder of the system.
 */
export async function startOpensshServer(): Promise<OpensshServer> {
  const root = process.getuid?.() === 0;
  const username = root ? "nobody" : userInfo().username;
  const owner = root ? { uid: idOf("-u", username), gid: idOf("-g", username) } : {};
  const base = await mkdtemp(join(tmpdir(), "quayside-sshd-"));
  const folder = join(base, "inbox");
  const own = async (path: string) => {
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(path, owner.uid, owner.gid);
  };
  await mkdir(folder);
  for (const path of [base, folder]) {
    await chmod(path, 0o755);
    await own(path);
  }
  keys ??= generateKeys();
  const made = await keys;
  for (const [name, { privateKey, publicKey }] of Object.entries(made)) {
    await writeFile(join(base, name), privateKey, { mode: 0o600 });
    await writeFile(join(base, `${name}.pub`), publicKey);
    await own(join(base, name));
  }
  const port = await freePort();
  const settings = [
    // Without PAM it refuses a system account such as nobody as locked.
    ...[`ListenAddress 127.0.0.1:${port}`, "PidFile none", "UsePAM yes", "StrictModes no", "LogLevel ERROR"],
    ...hostKeyTypes.map((type) => `HostKey ${join(base, type)}`),
    ...[`AuthorizedKeysFile ${join(base, "client.pub")}`, "PasswordAuthentication no", "MaxStartups 100"],
    ...["Subsystem sftp internal-sftp", "ForceCommand internal-sftp"],
  ];
  await writeFile(join(base, "sshd_config"), `${settings.join("\n")}\n`);
  const server = spawn("sh", ["-c", untilInputEnds, pathOf("sshd"), ...["-D", "-e", "-f", join(base, "sshd_config")]], {
    ...owner,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let output = "";
  server.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const stop = async () => {
    cutConnections(server);
    server.stdin.end();
    if (server.exitCode === null) await once(server, "exit");
    await rm(base, { recursive: true, force: true });
  };
  try {
    await listening(port, server);
  } catch (error) {
    await stop();
    throw new Error(`sshd did not start: ${output}`, { cause: error });
  }
  return {
    ...{ port, username, folder, stop },
    hostKeys: hostKeyTypes.map((type) => made[type].publicKey.trim()),
    privateKey: made.client.privateKey,
    cutConnections: () => cutConnections(server),
  };
}

const idOf = (which: "-u" | "-g", username: string) => Number(execFileSync("id", [which, username]).toString());

/** Runs a command until its input ends, as it does when whoever started it is gone, however that went. */
const untilInputEnds = '"$0" "$@" & cat > /dev/null; kill $!; wait';

/** Each connection is a child of the server, and that one may have another which holds the socket. */
function cutConnections(shell: ChildProcess): void {
  const processes = runningProcesses();
  const childrenOf = (ancestor: number): number[] =>
    processes.filter(({ parent }) => parent === ancestor).flatMap((child) => [child.pid, ...childrenOf(child.pid)]);
  const server = processes.find(({ parent, command }) => parent === shell.pid && command.includes("sshd"));
  for (const child of server ? childrenOf(server.pid) : []) {
    try {
      process.kill(child, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function listening(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) throw new Error(`it exited with ${server.exitCode}`);
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.once("error", () => resolve(false));
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (isUp) return;
    await wait(50);
  }
  throw new Error("nobody listens");
}
