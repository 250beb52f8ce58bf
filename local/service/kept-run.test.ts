import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { KeptRun } from "./kept-run";

type Kept = Parameters<KeptRun["copy"]>[0];

describe("KeptRun", () => {
  let folder: string;
  let parent: string;
  let pushed: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-kept-test-"));
    [parent, pushed] = [join(folder, "a/.local"), join(folder, "pushed")];
    await mkdir(pushed);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A service with these objects, and no database. */
  const withObjects = (objects: Record<string, string>, outputs: object = { bucket: "files" }) =>
    ({
      stack: { outputs },
      ledger: () => {
        throw new Error("no database");
      },
      async *objectKeys() {
        yield* Object.keys(objects);
      },
      openObject: async (key: string) => (key in objects ? contentOf(objects[key] ?? "") : undefined),
      fileSystemFolder: () => undefined,
    }) as unknown as Kept;

  async function* contentOf(text: string) {
    yield Buffer.from(text);
  }

  const files = async (path: string) =>
    (await readdir(path, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));

  it("makes a folder for each run, which others cannot look into, and leaves what is there", async () => {
    const first = await KeptRun.open(parent, new Date("2026-11-20T19:44:10.123Z"));
    const second = await KeptRun.open(parent, new Date("2026-11-20T19:44:10.124Z"));
    expect(first.folder).to.equal(join(parent, "2026-11-20T19-44-10-123Z"));
    expect(await readdir(parent)).to.have.length(2);
    expect((await stat(second.folder)).mode & 0o077).to.equal(0);
  });

  it("says where it cannot make one", async () => {
    await writeFile(join(folder, "a"), "");
    const failure = await KeptRun.open(parent).then(() => "", String);
    expect(failure).to.match(/nothing can be kept in \S+, give --keep a folder to write to: E/);
  });

  it("logs each line at once, as one line", async () => {
    const kept = await KeptRun.open(parent);
    kept.add({ from: "lambda/route", line: "a\r\nb\u001b[2J" });
    const log = await readFile(join(kept.folder, "log.txt"), "utf8");
    expect(log).to.match(/^\d{4}-\S+Z lambda\/route: a\\u000d\\u000ab\\u001b\[2J\n$/);
  });

  it("goes on where the log cannot be written any more, and tells in the end", async () => {
    const kept = await KeptRun.open(parent);
    await rm(parent, { recursive: true });
    kept.add({ from: "lambda/route", line: "a" });
    expect(await kept.copy(withObjects({}, {}), pushed))
      .with.property("0")
      .that.matches(/^log\.txt ends early: ENOENT/);
  });

  it("has nothing but the log before the program has run", async () => {
    const kept = await KeptRun.open(parent);
    expect(await kept.copy(withObjects({}, {}), pushed)).to.deep.equal([]);
    expect(await files(kept.folder)).to.deep.equal([]);
  });

  it("keeps what it can, names what it cannot, and writes nowhere else", async () => {
    await mkdir(join(pushed, "acme/inbox"), { recursive: true });
    await writeFile(join(pushed, "acme/inbox/a.csv"), "pushed");
    const kept = await KeptRun.open(parent);
    const objects = {
      ...{ "acme/claims/": "", "acme/claims/ ünï .csv": "1", "acme/../../../escaped": "2", "/etc/escaped": "3" },
      ...{
        "acme/both": "4",
        "acme/both/": "",
        "acme/both/file": "5",
        [`acme/${"x".repeat(256)}`]: "6",
        "acme/last": "7",
      },
    };
    const problems = await kept.copy(withObjects(objects), pushed);
    expect((await files(kept.folder)).sort()).to.deep.equal([
      "bucket/acme/both",
      "bucket/acme/claims/ ünï .csv",
      "bucket/acme/last",
      "destinations/acme/inbox/a.csv",
    ]);
    expect(await readFile(join(kept.folder, "bucket/acme/claims/ ünï .csv"), "utf8")).to.equal("1");
    expect((await files(folder)).filter((file) => file.includes("escaped"))).to.deep.equal([]);
    const expected = [
      /^ledger\.json is not kept: no database$/,
      /^the object "acme\/\.\.\/\.\.\/\.\.\/escaped" is not kept: it has "\.\." for a name in it$/,
      /^the object "\/etc\/escaped" is not kept: it has an empty name in it$/,
      /^bucket\/acme\/both is not kept: E/,
      /^bucket\/acme\/both\/file is not kept: E/,
      /^the object "acme\/x{256}" is not kept: it has a name of more than 255 bytes in it$/,
    ];
    expect(problems).to.have.length(expected.length);
    for (const [index, pattern] of expected.entries()) expect(problems[index]).to.match(pattern);
  });
});
