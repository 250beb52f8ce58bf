import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";

const runner = join(__dirname, "../../node_modules/@pulumi/pulumi/cmd/run-policy-pack");

/** What the engine starts for `--policy-pack infra/policies`, and the port on which the pack then answers it. */
describe("Pulumi's runner of policy packs", () => {
  it("loads the pack, with its types checked, and serves it", async () => {
    const child = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
      cwd: __dirname,
      env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    try {
      const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
      expect(errors).to.equal("");
      expect(String(line)).to.match(/^\d{4,5}$/);
    } finally {
      child.kill();
      await ended;
    }
  }).timeout(120_000);
});
