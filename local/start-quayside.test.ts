import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

/** Signal, exit code, and what it has printed by then. */
const cases = [
  ["SIGINT", 130, "✔ stand-ins for AWS"],
  ["SIGTERM", 143, "Quayside on this machine"],
] as const;

describe("npm start, ended while it starts", () => {
  let temporaryFolder: string;

  beforeEach(async () => {
    temporaryFolder = await mkdtemp(join(tmpdir(), "quayside-start-test-"));
    // As the system's own: databases that root starts run as another user.
    await chmod(temporaryFolder, 0o755);
  });
  afterEach(() => rm(temporaryFolder, { recursive: true, force: true }));

  /** Starts it in a group of its own, as a terminal does, and calls `when` with its output so far. */
  const start = async (when: (output: string, signal: (name: NodeJS.Signals) => void) => void) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "start.ts"), "--follow"], {
      detached: true,
      env: { ...process.env, TMPDIR: temporaryFolder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        when(output, (name) => process.kill(-(child.pid ?? Number.NaN), name));
      });
    }
    const [code] = await once(child, "close");
    return { code, output };
  };

  for (const [name, expected, printed] of cases) {
    it(`ends cleanly when its process group gets ${name} after "${printed}"`, async () => {
      let isSent = false;
      const { code, output } = await start((text, signal) => {
        if (isSent || !text.includes(printed)) return;
        isSent = true;
        signal(name);
      });
      expect(code, output).to.equal(expected);
      expect(output).to.contain("stopping …");
      // What the module loader keeps for later is not ours.
      const names = await readdir(temporaryFolder);
      expect(names.filter((each) => each.startsWith("quayside-"))).to.deep.equal([]);
    });
  }
});
