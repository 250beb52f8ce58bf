import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { withPrograms } from "../../test/programs";
import { generateKeyPair } from "../sftp/key-pair";
import { type SftpDestination, startSftpDestination } from "../sftp-destinations/sftp-destination";
import { knownHosts, sshConfig } from "./ssh-config";

withPrograms("sftp").describe("sshConfig", () => {
  let folder: string;
  let server: SftpDestination;
  const { privateKey, publicKey } = generateKeyPair();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside ssh 100%h test-"));
    const settings = { username: "acme", password: "a-password", authorizedKeys: [publicKey] };
    server = await startSftpDestination({ ...settings, folder: join(folder, "files") });
  });
  after(async () => {
    await server?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  /** Runs `sftp -F <file> acme-health` with the answer to whatever it asks. */
  const sftp = async (said: string, { privateKeyFile, hostKeys }: { privateKeyFile?: string; hostKeys: string[] }) => {
    const [config, hosts, answer, batch] = ["ssh", "known_hosts", "answer", "batch"].map((name) => join(folder, name));
    if (!config || !hosts || !answer || !batch) throw new Error("unreachable");
    const login = { host: "127.0.0.1", port: server.port, username: "acme", hostKeys };
    await writeFile(hosts, knownHosts([login]));
    await writeFile(
      config,
      sshConfig([{ alias: "acme-health", ...login, ...(privateKeyFile && { privateKeyFile }) }], hosts),
    );
    await writeFile(answer, `#!/bin/sh\necho ${said}\n`, { mode: 0o700 });
    await writeFile(batch, "pwd\n");
    const env = { ...process.env, SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: "force" };
    // A batch asks for nothing unless told otherwise.
    const args = ["-F", config, "-o", "BatchMode=no", "-b", batch, "acme-health"];
    return promisify(execFile)("sftp", args, { env }).then(
      ({ stdout }) => stdout,
      ({ stderr }) => String(stderr),
    );
  };

  it("lets OpenSSH in with a password", async () => {
    expect(await sftp("a-password", { hostKeys: server.hostKeys })).to.include("Remote working directory: /");
  });

  it("lets it in with a key, whatever its file is called", async () => {
    const privateKeyFile = join(folder, "a key");
    await writeFile(privateKeyFile, privateKey, { mode: 0o600 });
    expect(await sftp("nothing", { privateKeyFile, hostKeys: server.hostKeys })).to.include(
      "Remote working directory: /",
    );
  });

  it("refuses another host key without asking", async () => {
    expect(await sftp("yes", { hostKeys: [publicKey] })).to.include("Host key verification failed");
  });
});
