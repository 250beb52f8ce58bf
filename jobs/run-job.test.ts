import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";

/** Runs `job` (source text of a function of what every job runs with) as a process of its own. */
async function run(job: string, whenReady?: (kill: () => void) => void): Promise<{ code: unknown; lines: string[] }> {
  const source = `
    const { runJob } = require(${JSON.stringify(join(__dirname, "run-job.ts"))});
    const ledger = { close: async () => console.log("ledger closed") };
    void runJob(ledger, (level, message, fields) => console.log(level, message, fields?.error?.message ?? ""), ${job});`;
  const child = spawn(process.execPath, ["--require", join(__dirname, "../load-typescript.cjs"), "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    if (output.includes("ready")) whenReady?.(() => void child.kill("SIGTERM"));
  });
  const [code] = await once(child, "close");
  return { code, lines: output.trim().split("\n") };
}

describe("runJob", () => {
  it("exits with 0 once the queue is drained, even where something would keep the process alive", async () => {
    const { code, lines } = await run('async () => { setInterval(() => {}, 1000); return "drained"; }');
    expect(code).to.equal(0);
    expect(lines).to.deep.equal(["info queue drained ", "ledger closed"]);
  });

  it("exits with 1 after an error, and logs it", async () => {
    const { code, lines } = await run('async () => { throw new Error("no database"); }');
    expect(code).to.equal(1);
    expect(lines).to.deep.equal(["error job failed no database", "ledger closed"]);
  });

  it("lets the job stop by itself at SIGTERM, however often that comes, and exits with 1", async () => {
    const { code, lines } = await run(
      `async ({ shutdown }) => {
         console.log("ready", shutdown.stopping.aborted);
         const alive = setInterval(() => {}, 1000);
         await new Promise((resolve) => shutdown.stopping.addEventListener("abort", resolve));
         console.log("stopping", shutdown.abandoning.aborted);
         clearInterval(alive);
         return "stopped";
       }`,
      (kill) => kill(),
    );
    expect(code).to.equal(1);
    expect(lines).to.deep.equal(["ready false", "stopping false", "info job stopped ", "ledger closed"]);
  });
});
