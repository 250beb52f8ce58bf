import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { quietClient } from "../../local/sftp/quiet-client";
import { runningProcesses } from "../processes";
import { fileGroups, partnerFiles, writePartnerFiles } from "./partner-files";

/** `npm start` without npm and its build: a process group of its own, as a terminal gives it, and a temporary folder of its own. */
interface Started {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The temporary folder that it was given: whatever is left in it was left behind. */
  temporary: string;
  exited: Promise<number | null>;
}

describe("npm start", function () {
  this.timeout(120_000);
  const folders: string[] = [];
  const started: Started[] = [];

  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "quayside-start-test-"));
    // PostgreSQL runs as a user of its own where we are root, and must get in.
    await chmod(made, 0o755);
    folders.push(made);
    return made;
  }

  async function start(args: string[]): Promise<Started> {
    const temporary = await folder();
    const child = spawn(
      process.execPath,
      [
        // Out of reach of Ctrl-C on the tests' own terminal, it ends when they do.
        ...["--require", join(__dirname, "../../local/batch/parent-guard.cjs")],
        ...["--enable-source-maps", "--stack-trace-limit=20", "dist/local/start.js", ...args],
      ],
      {
        detached: true,
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        env: { ...process.env, TMPDIR: temporary, NO_COLOR: "1" },
      },
    );
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.on("data", (data: Buffer) => {
        output[name] += data.toString();
      });
    }
    const exited = once(child, "close").then(([code]) => code as number | null);
    const one = { child, temporary, exited, stdout: () => output.stdout, stderr: () => output.stderr };
    started.push(one);
    return one;
  }

  afterEach(async () => {
    for (const { child, exited } of started.splice(0)) {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await exited;
    }
    for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true });
  });

  async function until(what: string, isThere: () => boolean | Promise<boolean>, run: Started): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt++) {
      if (await isThere()) return;
      if (run.child.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`${what} did not happen:\n${run.stdout()}\n${run.stderr()}`);
  }

  it("--once plays every sample, prints the ledger as JSON, exits with 0 and leaves nothing behind", async () => {
    const kept = await folder();
    const run = await start(["--once", "--json", "--keep", kept]);
    expect(await run.exited, run.stderr()).to.equal(0);
    const rows = JSON.parse(run.stdout()) as {
      publisher: string;
      deliveries: { subscriber: string; state: string }[];
    }[];
    const delivered = rows.flatMap(({ publisher, deliveries }) =>
      deliveries.map(({ subscriber, state }) => `${publisher} → ${subscriber}: ${state}`),
    );
    expect(delivered).to.include.members([
      "northwind-clinic → acme-health: delivered",
      "northwind-clinic → blue-harbor-analytics: delivered",
      "acme-health → city-ledger-bank: delivered",
      "acme-health → northwind-clinic: delivered",
    ]);
    expect(rows.find(({ publisher }) => publisher === "meridian-labs")?.deliveries).to.deep.equal([]);
    expect(run.stderr()).to.match(/(\d+) of \1 expected deliveries arrived byte for byte/);
    expect(await leftovers(run)).to.deep.equal([]);
    expect(processesOf(run)).to.deep.equal([]);

    const [stays = ""] = await readdir(kept);
    expect(run.stderr())
      .to.include(`what stays of this run is in ${join(kept, stays)}`)
      .and.not.include("not kept");
    const paths = (await readdir(join(kept, stays), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const files = new Map(
      await Promise.all(
        paths.map(async (path) => [path.slice(join(kept, stays).length + 1), await readFile(path, "utf8")] as const),
      ),
    );
    expect(JSON.parse(files.get("ledger.json") ?? "")).to.deep.equal(rows);
    expect(files.get("log.txt")).to.include("lambda/quayside-dev-route: ");
    const remittance = files.get("destinations/city-ledger-bank/payments/incoming/remit northwind 2026-11-18.csv");
    expect(remittance).to.be.a("string").and.not.equal("");
    expect(files.get("bucket/northwind-clinic/remittances/remit northwind 2026-11-18.csv")).to.equal(remittance);
    expect([...files.keys()].filter((path) => path.startsWith("file-system/warehouse-app/claims/"))).to.have.length(2);
    const passwords = [...run.stderr().matchAll(/^ +password +(\S+)$/gm)].map(([, password = ""]) => password);
    expect(passwords).to.have.length.above(2);
    for (const [path, content] of files) {
      for (const password of passwords) expect(content.includes(password), path).to.equal(false);
    }
  });

  it("follows the partner files: one that is added can log in, one that is removed cannot; Ctrl-C leaves nothing behind", async () => {
    const partners = await folder();
    await writePartnerFiles(partners, fileGroups("claims"));
    const run = await start(["--follow", "--partners", partners]);
    await until("following", () => run.stdout().includes("Ctrl-C ends everything"), run);

    const folders = [
      { virtualPath: "/claims", access: "upload", fileGroup: "claims" },
      { virtualPath: "/own", access: "download" },
    ];
    const subscriptions = { own: { fileGroup: "claims", deliver: { place: { virtualPath: "/own" } } } };
    await writePartnerFiles(partners, {
      ...partnerFiles("late-comer", { login: { passwordVersion: 1 }, folders }, { subscriptions }),
      "late-comer/samples/uploads/claims/sample.json": "{}",
    });
    const line = /sftp -F \S+\/ssh late-comer\n +password {2}(\S+)\n +port {6}(\d+) on 127\.0\.0\.1, user late-comer\n/;
    await until("the newcomer's login", () => line.test(run.stdout()), run);
    expect(run.stdout()).to.include("+ quayside:PartnerAccess late-comer");
    const [, password, port] = run.stdout().match(line) ?? [];
    const logIn = async () => {
      const client = await quietClient({ port: Number(port), username: "late-comer", password });
      const names = (await client.list("/")).map(({ name }) => name);
      await client.end();
      return names;
    };
    expect(await logIn()).to.have.members(["claims", "own"]);
    await until("the sample's verdict", () => run.stdout().includes("1 of 1 expected deliveries arrived"), run);
    const settled =
      /\d\d:\d\d:\d\d late-comer sample\.json → late-comer\/own delivered as late-comer\/own\/sample\.json, \+/;
    expect(run.stdout()).to.match(settled);

    await writeFile(join(partners, "late-comer/partner.yaml"), "name: [");
    await until("a report of the broken file", () => run.stdout().includes("nothing was changed"), run);
    expect(run.stdout()).to.include("late-comer/partner.yaml:1:");
    expect(await logIn()).to.have.members(["claims", "own"]);

    await rm(join(partners, "late-comer"), { recursive: true });
    await until("the removal", () => run.stdout().includes("- quayside:PartnerAccess late-comer"), run);
    expect(await logIn().then(() => "in", String)).to.match(/authentication methods failed/);

    if (run.child.pid !== undefined) process.kill(-run.child.pid, "SIGINT");
    expect(await run.exited).to.equal(130);
    expect(await leftovers(run)).to.deep.equal([]);
    expect(processesOf(run)).to.deep.equal([]);
  });

  it("ends cleanly when nobody reads any more what it prints", async () => {
    const run = await start(["--follow"]);
    run.child.stdout?.once("data", () => run.child.stdout?.destroy());
    expect(await run.exited, run.stderr()).to.equal(128 + 13);
    expect(run.stdout() + run.stderr()).to.equal("Quayside on this machine\n");
    expect(await leftovers(run)).to.deep.equal([]);
    expect(processesOf(run)).to.deep.equal([]);
  });

  it("refuses broken partner files before anything is created, all problems at once", async () => {
    const partners = await folder();
    await cp("partners", partners, { recursive: true });
    await writeFile(join(partners, "northwind-clinic/partner.yaml"), "nmae: Northwind\n");
    await writeFile(join(partners, "acme-health/keys/old.pub"), "ssh-dss AAAA\n");
    const run = await start(["--once", "--partners", partners]);
    expect(await run.exited).to.equal(1);
    expect(run.stdout()).to.include("northwind-clinic/partner.yaml:1:1").and.include("acme-health/keys/old.pub:1:1");
    expect(run.stdout() + run.stderr()).to.not.match(/\n\s+at /);
    expect(await leftovers(run)).to.deep.equal([]);
  });

  it("explains itself, and says in one line what is wrong with its arguments", async () => {
    const help = await start(["--help"]);
    expect(await help.exited).to.equal(0);
    expect(help.stdout()).to.include("--once").and.include("--json");
    const wrong = await start(["--twice"]);
    expect(await wrong.exited).to.equal(2);
    expect(wrong.stderr().trim().split("\n")).to.have.length(1);
  });
});

/** What is in the temporary folder still. */
const leftovers = ({ temporary }: Started): Promise<string[]> => readdir(temporary);

/** Commands of processes that are still in the group that was started. */
const processesOf = ({ child }: Started): string[] =>
  runningProcesses()
    .filter(({ group }) => group === child.pid)
    .map(({ command }) => command);
