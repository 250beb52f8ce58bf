import { chmod, lstat, mkdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { replicationText } from "../../domain/events/replication";
import type { Ledger } from "../../domain/ledger/ledger";
import { objectKey } from "../../domain/paths";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { created, type MountFixture, makeMount, type Objects, order, replicateInstance } from "./replicate-fixture";

describe("replicate", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let mount: MountFixture;
  let objects: Objects;
  before(async () => {
    fixture = await startLedger();
    ledger = fixture.connect("quayside_replicate", 4);
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    mount = await makeMount();
    objects = new Map();
  });
  afterEach(async () => {
    expect(await mount.outside()).to.deep.equal(["outside/secret"]);
    expect(await readFile(join(mount.surroundings, "outside", "secret"), "utf8")).to.equal("secret");
    await mount.remove();
  });

  const start = (overrides: Partial<Parameters<typeof replicateInstance>[0]> = {}) =>
    replicateInstance({ ledger, objects, mount, ...overrides });
  const contentOf = (name: string) => readFile(join(mount.path, name));
  const said = ({ lines }: ReturnType<typeof start>) => lines.map(({ level, message }) => [level, message]);
  /** Orders of one key, each after the one before. */
  const later = (...sequencers: string[]) =>
    sequencers.map((sequencer) => created(objects, "acme/claims/a.json", { sequencer }));

  it("puts a file under its key, with its folders, content, modes and time", async () => {
    const instance = start({ modes: { fileMode: 0o604, directoryMode: 0o705 } });
    const file = created(objects, "acme/claims/2026/01/ä 1.json");
    expect(await instance.handle(file)).to.deep.equal([]);
    expect(await mount.content()).to.deep.equal(["acme/claims/2026/01/ä 1.json"]);
    expect(await contentOf("acme/claims/2026/01/ä 1.json")).to.deep.equal(objects.get(file.versionId));
    const { mode, mtime } = await stat(join(mount.path, "acme/claims/2026/01/ä 1.json"));
    expect(mode & 0o777).to.equal(0o604);
    expect(mtime).to.deep.equal(file.uploadedAt);
    for (const folder of ["acme", "acme/claims", "acme/claims/2026/01"]) {
      expect((await stat(join(mount.path, folder))).mode & 0o777, folder).to.equal(0o705);
    }
    expect(said(instance)).to.deep.equal([["info", "file replicated"]]);
  });

  it("leaves the mode of a folder alone that is there already", async () => {
    await mkdir(join(mount.path, "acme"));
    await chmod(join(mount.path, "acme"), 0o711);
    await start().handle(created(objects, "acme/claims/a.json"));
    expect((await stat(join(mount.path, "acme"))).mode & 0o777).to.equal(0o711);
  });

  it("takes an empty file", async () => {
    const file = order("created", "acme/claims/empty");
    objects.set(file.versionId, Buffer.alloc(0));
    await start().handle(file);
    expect(await contentOf("acme/claims/empty")).to.have.length(0);
  });

  it("reads a message in an SNS envelope", async () => {
    const envelope = { Type: "Notification", Message: replicationText(created(objects, "acme/claims/a.json")) };
    expect(await start().handleBodies([JSON.stringify(envelope)])).to.deep.equal([]);
    expect(await mount.content()).to.deep.equal(["acme/claims/a.json"]);
  });

  it("keeps the newest of several versions, also where their sequencers differ in length", async () => {
    const [old, newer, newest] = later("0055AED6", "0055AED60", "0055AED600000001");
    const instance = start();
    for (const file of [newest, old, newer, newest]) await instance.handle(file ?? expect.fail());
    expect(await contentOf("acme/claims/a.json")).to.deep.equal(objects.get(newest?.versionId ?? ""));
    expect(said(instance).map(([, message]) => message)).to.deep.equal([
      "file replicated",
      ...Array(3).fill("file is newer already"),
    ]);
  });

  it("fetches nothing that it would not keep", async () => {
    const [old, newest] = later("0055AED6", "0055AED7");
    let reads = 0;
    const instance = start({
      readVersion: async () => {
        reads += 1;
        return Readable.from([Buffer.alloc(16)]);
      },
    });
    for (const file of [newest, old, newest]) await instance.handle(file ?? expect.fail());
    expect(reads).to.equal(1);
  });

  it("does not overwrite what came in while it was fetching", async () => {
    const [old, newest] = later("0055AED6", "0055AED7");
    const other = start();
    const slow = start({
      readVersion: async () => {
        await other.handle(newest ?? expect.fail());
        return Readable.from([objects.get(old?.versionId ?? "")]);
      },
    });
    await slow.handle(old ?? expect.fail());
    expect(await contentOf("acme/claims/a.json")).to.deep.equal(objects.get(newest?.versionId ?? ""));
    expect(said(slow)).to.deep.equal([["info", "file is newer already"]]);
    expect(await mount.content()).to.deep.equal(["acme/claims/a.json"]);
  });

  it("is done with a version that does not exist any more", async () => {
    const instance = start();
    expect(await instance.handle(order("created", "acme/claims/a.json"))).to.deep.equal([]);
    expect(said(instance)).to.deep.equal([["info", "version is gone"]]);
    expect(await mount.content()).to.deep.equal([]);
  });

  it("never shows a part of a file, and leaves nothing of one that broke off", async () => {
    const [first, second] = later("01", "02");
    await start().handle(first ?? expect.fail());
    const seen: string[] = [];
    objects.set(second?.versionId ?? "", () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(8);
          seen.push(...(await mount.content()));
          throw new Error("the connection broke");
        })(),
      ),
    );
    const instance = start();
    expect(await instance.handle(second ?? expect.fail())).to.deep.equal(["message-0"]);
    expect(seen.filter((name) => !name.startsWith(".quayside/"))).to.deep.equal(["acme/claims/a.json"]);
    expect(await mount.content()).to.deep.equal(["acme/claims/a.json"]);
    expect(await contentOf("acme/claims/a.json")).to.deep.equal(objects.get(first?.versionId ?? ""));
    expect(said(instance)).to.deep.equal([["error", "message failed"]]);
  });

  for (const [what, bytes] of [
    ["short", 15],
    ["long", 17],
  ] as const) {
    it(`does not take a file that is too ${what}`, async () => {
      const file = created(objects, "acme/claims/a.json");
      objects.set(file.versionId, Buffer.alloc(bytes));
      const instance = start();
      expect(await instance.handle(file)).to.deep.equal(["message-0"]);
      expect(await mount.content()).to.deep.equal([]);
      expect(String(instance.lines[0]?.fields.error)).to.contain(`${bytes} bytes came of 16`);
    });
  }

  it("reads no faster than it writes, however large the file is", async () => {
    const [chunk, chunks] = [Buffer.alloc(64 * 1024, "x"), 1024];
    const file = order("created", "acme/claims/large", { size: chunk.length * chunks });
    let [mostAhead, mostWritten] = [0, 0];
    objects.set(file.versionId, () =>
      Readable.from(
        (async function* () {
          for (let index = 0; index < chunks; index += 1) {
            const [temporary = ""] = (await mount.content()).filter((name) => name.startsWith(".quayside/"));
            const written = temporary === "" ? 0 : (await lstat(join(mount.path, temporary))).size;
            mostWritten = Math.max(mostWritten, written);
            mostAhead = Math.max(mostAhead, index * chunk.length - written);
            yield chunk;
          }
        })(),
        { objectMode: false },
      ),
    );
    expect(await start().handle(file)).to.deep.equal([]);
    expect((await stat(join(mount.path, "acme/claims/large"))).size).to.equal(chunk.length * chunks);
    expect(mostWritten).to.be.above(file.size / 2);
    expect(mostAhead).to.be.below(4 * 1024 * 1024);
  });

  it("reports the messages that failed, and handles the others", async () => {
    const good = created(objects, "acme/claims/a.json");
    const short = created(objects, "acme/claims/b.json", { size: 99 });
    const bodies = ["hello", replicationText(good), "{}", replicationText(short)];
    expect((await start().handleBodies(bodies)).sort()).to.deep.equal(["message-0", "message-2", "message-3"]);
    expect(await mount.content()).to.deep.equal(["acme/claims/a.json"]);
  });

  it("works on several messages at once, but not on all", async () => {
    let [now, most] = [0, 0];
    const files = Array.from({ length: 40 }, (_, index) => created(objects, `acme/claims/${index}`));
    const instance = start({
      readVersion: async ({ versionId }) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now -= 1;
        return Readable.from([objects.get(versionId)]);
      },
    });
    expect(await instance.handle(...files)).to.deep.equal([]);
    expect(most).to.be.within(2, 8);
    expect(await mount.content()).to.have.length(40);
  });

  it("refuses an order about another bucket", async () => {
    const instance = start();
    expect(await instance.handle(created(objects, "acme/claims/a.json", { bucket: "other" }))).to.deep.equal([]);
    expect(said(instance)).to.deep.equal([["error", "file refused"]]);
    expect(await mount.content()).to.deep.equal([]);
  });

  describe("where something is in the way", () => {
    const file = (key: string) => created(objects, key);

    for (const [what, first, second] of [
      ["a file where a folder has to be", "acme/claims/a", "acme/claims/a/b"],
      ["a folder where a file has to be", "acme/claims/a/b", "acme/claims/a"],
    ] as const) {
      it(`${what}: refuses for good where nothing is ever deleted`, async () => {
        const instance = start({ mirrorDeletions: false });
        expect(await instance.handle(file(first))).to.deep.equal([]);
        expect(await instance.handle(file(second))).to.deep.equal([]);
        expect(said(instance).at(-1)).to.deep.equal(["error", "file refused"]);
        expect(await mount.content()).to.deep.equal([first]);
      });

      it(`${what}: comes again where deletions are mirrored, and succeeds after one`, async () => {
        const instance = start();
        const later = file(second);
        await instance.handle(file(first));
        expect(await instance.handle(later)).to.deep.equal(["message-0"]);
        await instance.handle(order("removed", first, { sequencer: "F" }));
        expect(await instance.handle(later)).to.deep.equal([]);
        expect(await mount.content()).to.deep.equal([second]);
      });
    }

    it("follows no symbolic link", async () => {
      const outside = join(mount.surroundings, "outside");
      await mkdir(join(mount.path, "acme/claims"), { recursive: true });
      await symlink(outside, join(mount.path, "acme/claims/link"));
      await symlink("../..", join(mount.path, "acme/up"));
      const instance = start();
      expect(await instance.handle(file("acme/claims/link/a"), file("acme/up/outside/a"))).to.deep.equal([]);
      expect(await instance.handle(order("removed", "acme/claims/link/secret"))).to.deep.equal([]);
      expect(said(instance)).to.deep.equal(Array(3).fill(["error", "file refused"]));
      expect(instance.lines[0]?.fields.why).to.contain("is a symbolic link on the mount");
    });

    it("replaces a link that has a file's name, and what it points to stays", async () => {
      await mkdir(join(mount.path, "acme/claims"), { recursive: true });
      await symlink(join(mount.surroundings, "outside/secret"), join(mount.path, "acme/claims/a"));
      const replacing = file("acme/claims/a");
      await start().handle(replacing);
      expect((await lstat(join(mount.path, "acme/claims/a"))).isFile()).to.equal(true);
      expect(await contentOf("acme/claims/a")).to.deep.equal(objects.get(replacing.versionId));
    });

    it("writes nothing through a link in place of its own folder", async () => {
      await symlink(join(mount.surroundings, "outside"), join(mount.path, ".quayside"));
      const instance = start();
      await instance.handle(file("acme/claims/a"));
      expect(instance.lines.map(({ message }) => message)).to.include("file refused");
      expect(await mount.content()).to.deep.equal([".quayside"]);
    });

    it("makes no mount where there is none", async () => {
      const instance = start({ mount: { ...mount, path: join(mount.surroundings, "unmounted") } });
      expect(await instance.handle(file("acme/claims/a"))).to.deep.equal(["message-0"]);
    });
  });

  describe("with leftovers of runs that crashed", () => {
    const own = `${"0123456789abcdef".repeat(2)}.part`;
    beforeEach(async () => {
      await mkdir(join(mount.path, ".quayside"));
      for (const name of [own, "notes.part", `${own}.txt`]) {
        await writeFile(join(mount.path, ".quayside", name), "part");
        // The object's time, which says nothing of when the file was written.
        await utimes(join(mount.path, ".quayside", name), new Date(0), new Date(0));
      }
    });
    const inAnHour = () => new Date(Date.now() + 61 * 60 * 1000);

    it("removes its own that are older than an hour", async () => {
      await start({ clock: inAnHour }).handle(created(objects, "acme/claims/a"));
      expect(await mount.content()).to.deep.equal([`.quayside/${own}.txt`, ".quayside/notes.part", "acme/claims/a"]);
    });

    it("keeps young ones, which others are writing", async () => {
      await start().handle(created(objects, "acme/claims/a"));
      expect(await mount.content()).to.include(`.quayside/${own}`);
    });
  });

  describe("with removals", () => {
    const [key, folder] = ["acme/claims/2026/01/a.json", { objectPrefix: objectKey("acme/claims/") }];
    const file = () => created(objects, key, { sequencer: "01" });

    it("removes a file and the folders that are empty then, but not the partner's own", async () => {
      const instance = start();
      await instance.handle(file(), created(objects, "acme/claims/2026/b.json"));
      await instance.handle(order("removed", key, { sequencer: "02", ...folder }));
      expect(await mount.content()).to.deep.equal(["acme/claims/2026/b.json"]);
      await instance.handle(order("removed", "acme/claims/2026/b.json", { sequencer: "F", ...folder }));
      expect(await mount.content()).to.deep.equal(["acme/claims/"]);
    });

    it("keeps a file that is newer than the removal, and does not bring back an older one", async () => {
      const instance = start();
      const [old, newest] = [file(), created(objects, key, { sequencer: "03" })];
      const removal = order("removed", key, { sequencer: "02" });
      await instance.handle(removal);
      await instance.handle(old);
      expect(await mount.content()).to.deep.equal([]);
      await instance.handle(newest);
      await instance.handle(removal);
      expect(await mount.content()).to.deep.equal([key]);
    });

    it("removes nothing where deletions are not mirrored", async () => {
      const instance = start({ mirrorDeletions: false });
      await instance.handle(file());
      expect(await instance.handle(order("removed", key, { sequencer: "02" }))).to.deep.equal([]);
      expect(await mount.content()).to.deep.equal([key]);
      expect(said(instance).at(-1)).to.deep.equal(["info", "deletion not mirrored"]);
    });

    it("removes a version that was purged, and no other", async () => {
      const instance = start();
      const [first, second] = [file(), created(objects, key, { sequencer: "02" })];
      const purge = ({ versionId }: { versionId: string }) => order("purged", key, { versionId, sequencer: "03" });
      await instance.handle(first);
      await instance.handle(second);
      await instance.handle(purge(first));
      expect(await mount.content()).to.deep.equal([key]);
      await instance.handle(purge(second));
      expect(await mount.content()).to.deep.equal(["acme/claims/"]);
      // The purge was the latest event, yet says nothing of a version that only now becomes known.
      await instance.handle(created(objects, key, { sequencer: "025" }));
      expect(await mount.content()).to.deep.equal([key]);
    });

    it("does nothing where there is nothing, and nothing outside the folder it names", async () => {
      const instance = start();
      await instance.handle(order("removed", "acme/claims/x/y/z"));
      await instance.handle(order("removed", "acme/other/a"));
      expect(said(instance)).to.deep.equal([
        ["info", "file removed"],
        ["error", "file refused"],
      ]);
      expect(await mount.content()).to.deep.equal([]);
    });
  });
});
