import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect } from "chai";

describe("npm start, ended while it starts", () => {
  let temporaryFolder: string;

  beforeEach(async () => {
    temporaryFolder = await mkdtemp(join(tmpdir(), "quayside-start-test-"));
    // As the system's own: databases that root starts run as another user.
    await chmod(temporaryFolder, 0o755);
  });
  afterEach(() => rm(temporaryFolder, { recursive: true, force: true }));

  /** What it left behind; what the module loader keeps for later is not ours. */
  const left = async () => (await readdir(temporaryFolder)).filter((name) => name.startsWith("quayside-"));

  /** Starts it in a group of its own, as a terminal does, and calls `onOutput` for each piece that it prints. */
  const start = async (onOutput: (stdout: Readable) => void) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "start.ts"), "--follow"], {
      detached: true,
      env: { ...process.env, TMPDIR: temporaryFolder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        onOutput(child.stdout);
      });
    }
    const [code] = await once(child, "close");
    return { code, output };
  };

  // Signals go the same way: test/system/start.test.ts ends with one.
  it("ends cleanly when nobody reads any more what it prints", async () => {
    const { code, output } = await start((stdout) => stdout.destroy());
    expect(code, output).to.equal(128 + 13);
    expect(output).to.equal("Quayside on this machine\n");
    expect(await left()).to.deep.equal([]);
  });
});
