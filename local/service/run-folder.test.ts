import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { loadTypescript } from "../../test/load-typescript";
import { runningProcesses } from "../../test/processes";
import { openRunFolder } from "./run-folder";

describe("openRunFolder", () => {
  let parent: string;
  /** The number of a process that is no longer there. */
  let deadPid: number;

  before(() => {
    deadPid = Number(execFileSync(process.execPath, ["-p", "process.pid"]));
  });
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "quayside-run-test-"));
    // As the system's own: databases that root starts run as another user.
    await chmod(parent, 0o755);
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const left = async (name: string) => {
    await mkdir(join(parent, name, "stand-ins/s3"), { recursive: true });
    await writeFile(join(parent, name, "stand-ins/s3/object"), "x");
  };

  it("makes a folder that names its process, with private ones in it, and removes all of it", async () => {
    const run = await openRunFolder(parent);
    expect(run.path).to.match(new RegExp(`/quayside-${process.pid}-\\w{6}$`));
    const secret = await run.privateFolder("keys");
    expect((await stat(secret)).mode & 0o777).to.equal(0o700);
    await writeFile(join(secret, "key"), "x");
    await run.remove();
    await run.remove();
    expect(await readdir(parent)).to.deep.equal([]);
  });

  it("removes what dead runs left, and nothing else", async () => {
    const kept = [`quayside-${process.pid}-abcdef`, `quayside-postgres-abcdef`, `other-${deadPid}-abcdef`];
    for (const name of [...kept, `quayside-${deadPid}-abcdef`]) await left(name);
    await mkdir(join(parent, "elsewhere"));
    await symlink(join(parent, "elsewhere"), join(parent, `quayside-${deadPid}-linked`));
    const run = await openRunFolder(parent);
    await run.remove();
    expect((await readdir(parent)).sort()).to.deep.equal([...kept, "elsewhere", `quayside-${deadPid}-linked`].sort());
  });

  it("leaves a process alone whose number an old run's database had", async () => {
    const folder = join(parent, `quayside-${deadPid}-abcdef`, "quayside-postgres-abcdef/data");
    await mkdir(folder, { recursive: true });
    // Were it stopped, this test would not end well.
    await writeFile(join(folder, "postmaster.pid"), `${process.pid}\n${folder}\n`);
    await (await openRunFolder(parent)).remove();
    expect(await readdir(parent)).to.deep.equal([]);
  });

  describe("of a process that is killed", () => {
    let run: ChildProcess;
    let path: string;

    beforeEach(async () => {
      run = fork(join(__dirname, "run-fixture.ts"), [parent], { execArgv: loadTypescript });
      [{ path }] = (await once(run, "message")) as [{ path: string }];
    });
    afterEach(() => void run.kill("SIGKILL"));

    const database = async () => {
      const [name = ""] = await readdir(path);
      const folder = join(path, name);
      const pid = Number((await readFile(join(folder, "data/postmaster.pid"), "utf8")).split("\n")[0]);
      return { pid, folder };
    };
    const kill = async () => {
      run.kill("SIGKILL");
      await once(run, "exit");
    };

    it("has its database stopped and removed at once", async () => {
      const { pid, folder } = await database();
      await kill();
      while (isRunning(pid) || existsSync(folder)) await sleep(20);
      expect(await readdir(path)).to.deep.equal([]);
      await (await openRunFolder(parent)).remove();
      expect(await readdir(parent)).to.deep.equal([]);
    });

    it("has its database stopped by the next run, where its keeper was killed too", async () => {
      const { pid } = await database();
      const { parent: keeper } =
        runningProcesses().find((running) => running.pid === pid) ?? expect.fail("no database");
      process.kill(keeper, "SIGKILL");
      await kill();
      expect(isRunning(pid)).to.equal(true);
      await (await openRunFolder(parent)).remove();
      expect(await readdir(parent)).to.deep.equal([]);
      expect(isRunning(pid)).to.equal(false);
    });
  });
});

const isRunning = (pid: number) => runningProcesses().some((running) => running.pid === pid);
