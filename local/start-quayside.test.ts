import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

describe("npm start", () => {
  let temporaryFolder: string;

  beforeEach(async () => {
    temporaryFolder = await mkdtemp(join(tmpdir(), "quayside-start-test-"));
  });
  afterEach(() => rm(temporaryFolder, { recursive: true, force: true }));

  /** Starts it in a group of its own, and calls `when` with its output so far and a way to signal the whole group. */
  const start = async (when: (output: string, signal: (name: NodeJS.Signals) => void) => void, args: string[] = []) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "start.ts"), ...args], {
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

  for (const [name, expected] of Object.entries(codes) as [keyof typeof codes, number][]) {
    it(`ends cleanly when its process group gets ${name}`, async () => {
      let isSent = false;
      const { code, output } = await start((text, signal) => {
        if (isSent || !text.includes("✔ stand-ins for AWS")) return;
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

  it("leaves nothing when the partner files are refused", async () => {
    const empty = join(temporaryFolder, "no-such-folder");
    const { code, output } = await start(() => {}, ["--once", "--partners", empty]);
    expect(code, output).to.equal(1);
    expect(output).to.contain(empty);
    const names = await readdir(temporaryFolder);
    expect(names.filter((each) => each.startsWith("quayside-"))).to.deep.equal([]);
  });
});
