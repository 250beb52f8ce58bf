import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DeliveryFailure } from "../../domain/delivery-failure";
import { type Converters, converters } from "./converters";

const never = new AbortController().signal;

describe("converters", () => {
  let folder: string;
  let pool: Converters | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-converters-"));
    await writeFile(join(folder, "input"), "id\n1\n");
  });
  afterEach(async () => {
    await pool?.stop();
    expect((await readdir(folder)).filter((name) => name.startsWith("converter-"))).to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  /** A pool of processes that do this with each task, where `count` is its number in the process and `done` answers. */
  async function poolOf(body: string, timeLimit?: () => number): Promise<Converters> {
    const script = join(folder, "script.cjs");
    await writeFile(
      script,
      `let count = 0;
       const done = () => process.send({ isDone: true });
       process.on("message", (task) => { count++; ${body} });
       process.send("ready");`,
    );
    pool = converters({ script, ...(timeLimit && { timeLimit }) });
    return pool;
  }
  const task = (sql: string | null = null) => ({
    ...{ inputPath: join(folder, "input"), outputPath: join(folder, "output"), workFolder: folder },
    ...{ steps: [{ kind: "convert" as const, from: "csv" as const, to: "json" as const, sql }], memoryBytes: 1e8 },
  });
  async function failureOf(promise: Promise<void>): Promise<DeliveryFailure> {
    const outcome = await promise.catch((error: unknown) => error);
    if (outcome instanceof DeliveryFailure) return outcome;
    throw new Error(`expected a failure, got ${outcome}`);
  }

  it("transform with the real converter, which no signal to the group ends, and hand on why it failed", async () => {
    const script = join(folder, "script.cjs");
    const real = JSON.stringify(join(__dirname, "../../dist/jobs/converter.js"));
    const signals = "for (const signal of ['SIGINT', 'SIGTERM']) process.kill(process.pid, signal)";
    await writeFile(script, `require(${real}); process.prependListener("message", () => { ${signals} });`);
    pool = converters({ script });
    await pool.convert(task("SELECT id + 1 AS id FROM input"), never);
    expect(JSON.parse(await readFile(join(folder, "output"), "utf8"))).to.deep.equal([{ id: 2 }]);
    const failure = await failureOf(pool.convert(task("SELECT x FROM input"), never));
    expect(failure.message).to.match(/^the transform's SQL, line 1: Referenced column "x" not found/);
    expect(failure.canPass).to.equal(false);
  });

  for (const [what, ending, message, canPass] of [
    ["a crash", "process.kill(process.pid, 'SIGSEGV')", "the file ended the converter (SIGSEGV)", false],
    ["an abort", "process.abort()", "the file ended the converter (SIGABRT)", false],
    ["an exit", "process.exit(3)", "the file ended the converter (exit code 3)", false],
    [
      "memory that the kernel took back",
      "process.kill(process.pid, 'SIGKILL')",
      "the conversion was killed (SIGKILL): this machine ran out of memory",
      true,
    ],
    ["a word from outside", "process.kill(process.pid)", "the converter was told to end (SIGTERM)", true],
  ] as const) {
    it(`tell ${what} from other ends`, async () => {
      const failure = await failureOf((await poolOf(ending)).convert(task(), never));
      expect(failure).to.include({ message, canPass });
    });
  }

  it("serve one task after the other, and start a process for each of several at once", async () => {
    const pool = await poolOf("require('node:fs').appendFileSync(task.outputPath, process.pid + '\\n'); done();");
    const pids = async () => (await readFile(join(folder, "output"), "utf8")).trim().split("\n");
    for (let i = 0; i < 3; i++) await pool.convert(task(), never);
    expect(new Set(await pids()).size).to.equal(1);
    await Promise.all([pool.convert(task(), never), pool.convert(task(), never)]);
    expect(new Set(await pids()).size).to.equal(2);
  });

  it("do not blame a file for what others left in its process", async () => {
    const pool = await poolOf("if (count === 2) process.abort(); else done();");
    for (let i = 0; i < 4; i++) await pool.convert(task(), never);
  });

  it("kill what takes too long, and go on", async () => {
    const pool = await poolOf("if (task.steps[0].sql === null) done();", () => 300);
    const failure = await failureOf(pool.convert(task("SELECT 1"), never));
    expect(failure.message).to.match(/^the conversion took longer than 0 s/);
    expect(failure.canPass).to.equal(false);
    await pool.convert(task(), never);
  });

  it("kill what is interrupted, which can be tried again", async () => {
    const pool = await poolOf("require('node:fs').writeFileSync(task.outputPath, '');");
    const stop = new AbortController();
    const failed = failureOf(pool.convert(task(), stop.signal));
    while (!(await readdir(folder)).includes("output")) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    expect(await failed).to.include({ message: "the conversion was interrupted", canPass: true });
    const late = await failureOf(pool.convert(task(), stop.signal));
    expect(late.message).to.equal("the conversion was interrupted");
  });

  it("have no environment, where credentials might be", async () => {
    process.env.QUAYSIDE_TEST_SECRET = "x";
    try {
      const names = "process.send({ isDone: false, message: Object.keys(process.env).join(), canPass: false });";
      const failure = await failureOf((await poolOf(names)).convert(task(), never));
      expect(failure.message).not.to.match(/PATH|HOME|AWS|SECRET/);
    } finally {
      delete process.env.QUAYSIDE_TEST_SECRET;
    }
  });

  it("end the job, and no file, where they cannot start", async () => {
    await writeFile(join(folder, "broken.cjs"), "require('a-module-that-is-not-there')");
    const outcome = await converters({ script: join(folder, "broken.cjs") })
      .convert(task(), never)
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error).and.not.instanceOf(DeliveryFailure);
    expect(String(outcome)).to.match(/the converter does not start \(exit code 1\): .*a-module-that-is-not-there/s);
  });
});
