import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Ledger } from "../../domain/ledger/ledger";
import { mountPath } from "../../domain/mount-path";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { created, type MountFixture, makeMount, type Objects, order, replicateInstance } from "./replicate-fixture";

const fixtures = join(__dirname, "../fixtures/object-keys");
const linesOf = async (file: string) => (await readFile(join(fixtures, file), "utf8")).split("\n");
const decoded = (line: string) => Buffer.from(line, "base64").toString("utf8");

/** Names by where they come from. */
const sources: Record<string, () => Promise<string[]>> = {
  "the Big List of Naughty Strings": async () =>
    (await linesOf("blns.base64.txt")).filter((line) => line !== "" && !line.startsWith("#")).map(decoded),
  "lists of path traversals": async () => linesOf("directory_traversal.txt"),
  "public repositories": async () =>
    (await linesOf("weird-real-names.ndjson"))
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { name: string }).name),
};

describe("replicate with hostile keys", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let mount: MountFixture;
  before(async () => {
    fixture = await startLedger();
    ledger = fixture.connect("quayside_replicate", 4);
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    mount = await makeMount();
  });
  afterEach(() => mount.remove());

  const run = async (keys: readonly string[]) => {
    const objects: Objects = new Map();
    const instance = replicateInstance({ ledger, objects, mount, mirrorDeletions: false });
    const failures = await instance.handle(...keys.map((key) => created(objects, key)));
    // Removals must not lead anywhere either.
    const remover = replicateInstance({ ledger, objects, mount });
    const removals = await remover.handle(
      ...keys.map((key) => order("removed", key, { objectPrefix: `${key.split("/")[0]}/` as never, sequencer: "00" })),
    );
    expect([...failures, ...removals]).to.deep.equal([]);
    expect(await mount.outside()).to.deep.equal(["outside/secret"]);
    const refused = instance.lines.filter(({ message }) => message === "file refused");
    return { refused: refused.map(({ fields }) => String(fields.objectKey)), files: await mount.content() };
  };

  const face = "\u{1F600}";
  const table: [key: string, outcome: "taken" | "refused"][] = [
    ["acme/claims/../../../outside/secret", "refused"],
    ["../outside/secret", "refused"],
    ["acme/claims/..", "refused"],
    ["/etc/passwd", "refused"],
    ["//acme/claims/a", "refused"],
    ["acme/claims//a", "refused"],
    ["acme/claims/folder/", "refused"],
    ["acme/claims/nul\0.txt", "refused"],
    [`acme/claims/${"x".repeat(256)}`, "refused"],
    [".quayside/x.part", "refused"],
    ["acme/claims/half\ud83d", "refused"],
    ["acme/claims/trailing ", "taken"],
    ["acme/claims/ folder / name ", "taken"],
    ["acme/claims/line\r\nFrom: nobody", "taken"],
    ["acme/claims/..\\..\\outside\\secret", "taken"],
    ["acme/claims/C:\\x", "taken"],
    ["acme/claims/%2e%2e%2fsecret", "taken"],
    ["acme/claims/-rf", "taken"],
    ["acme/claims/\u202egnp.exe", "taken"],
    ["acme/claims/e\u0301", "taken"],
    ["acme/claims/\u00e9", "taken"],
    ["acme/claims/\uffff", "taken"],
    [`acme/claims/${"x".repeat(255)}`, "taken"],
    [["acme-health1", ...Array(4).fill(face.repeat(63))].join("/"), "taken"],
  ];
  it("takes each key of a table for what it is, or refuses it, and never leaves the mount", async () => {
    const { refused, files } = await run(table.map(([key]) => key));
    const keys = (outcome: string) => table.filter(([, expected]) => expected === outcome).map(([key]) => key);
    expect(refused).to.have.members(keys("refused"));
    expect(files).to.have.members(keys("taken"));
  });

  for (const [source, names] of Object.entries(sources)) {
    it(`never leaves the mount with the names of ${source}`, async () => {
      const all = await names();
      expect(all.length).to.be.above(80);
      // Each with folders of its own, since many begin alike; and each as the whole key.
      const keys = [...all.map((name, index) => `acme/claims/${index}/${name}`), ...all.filter((name) => name !== "")];
      const { refused, files } = await run(keys);
      const possible = keys.filter((key) => typeof mountPath(key) !== "string");
      expect(files.length).to.be.above(0);
      for (const file of files) expect(possible).to.include(file);
      // Those below a folder of their own cannot be in each other's way.
      const own = (key: string) => key.startsWith("acme/claims/");
      expect(files.filter(own).sort()).to.deep.equal(possible.filter(own).sort());
      for (const key of keys.filter((key) => !possible.includes(key))) expect(refused).to.include(key);
    }).timeout(120_000);
  }
});
