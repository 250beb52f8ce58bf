import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setImmediate as breathe } from "node:timers/promises";
import { expect } from "chai";
import { type Replication, replicationText } from "../../domain/events/replication";
import type { Ledger } from "../../domain/ledger/ledger";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { loadTypescript } from "../load-typescript";
import { created, type MountFixture, makeMount, type Objects, order, replicateInstance } from "./replicate-fixture";

const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => [Math.random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);

/** Sequencers in their order: of unequal length, as S3's are, and some with the zeros at their ends cut off. */
const sequencer = (index: number) =>
  `0055AED6${(index + 1).toString(16).toUpperCase().padStart(4, "0").replace(/0+$/, "")}`;

describe("replicate in a storm of events", () => {
  let fixture: LedgerFixture;
  let mount: MountFixture;
  let objects: Objects;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    mount = await makeMount();
    objects = new Map();
  });
  afterEach(() => mount.remove());

  const instance = (overrides: Partial<Parameters<typeof replicateInstance>[0]> = {}) =>
    replicateInstance({
      ...{ objects, mount, ledger: fixture.connect("quayside_replicate", 2) },
      // In pieces, with others' turns in between.
      async readVersion({ versionId }) {
        const content = objects.get(versionId) as Buffer;
        await breathe();
        return Readable.from(
          (async function* () {
            for (let at = 0; at < content.length; at += 5) {
              await breathe();
              yield content.subarray(at, at + 5);
            }
          })(),
        );
      },
      ...overrides,
    });

  /** Every event as often as told, in any order, in batches of ten, to several instances at once. */
  const storm = async (events: readonly Replication[], copies: number) => {
    const instances = Array.from({ length: 4 }, () => instance());
    const all = shuffled(Array.from({ length: copies }, () => events).flat());
    const batches = [...Map.groupBy(all, (_, index) => Math.floor(index / 10)).values()];
    await Promise.all(
      instances.map(async ({ handle }, number) => {
        for (const batch of batches.filter((_, index) => index % instances.length === number)) {
          // What failed comes again, as a queue would bring it.
          let failed = batch;
          for (let attempt = 0; failed.length > 0; attempt += 1) {
            if (attempt === 50) expect.fail("the same messages fail again and again");
            const names = await handle(...failed);
            failed = failed.filter((_, index) => names.includes(`message-${index}`));
          }
        }
      }),
    );
    return all.length;
  };

  it("of 1,000 events, doubled and shuffled, leaves exactly the newest version of each file", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `acme/claims/${index % 5}/file-${index}.csv`);
    const versions = keys.map((key) =>
      Array.from({ length: 10 }, (_, index) =>
        created(objects, key, { sequencer: sequencer(index), uploadedAt: new Date(1_700_000_000_000 + index * 1000) }),
      ),
    );
    expect(await storm(versions.flat(), 4)).to.equal(1000);
    expect(await mount.content()).to.deep.equal([...keys].sort());
    for (const [index, key] of keys.entries()) {
      const newest = versions[index]?.at(-1) ?? expect.fail();
      expect(await readFile(join(mount.path, key)), key).to.deep.equal(objects.get(newest.versionId));
      expect((await lstat(join(mount.path, key))).mtime).to.deep.equal(newest.uploadedAt);
    }
    const { rows } = await fixture
      .connect("quayside_replicate", 1)
      .query("SELECT DISTINCT sequencer, removed FROM replica");
    expect(rows).to.deep.equal([{ sequencer: sequencer(9), removed: false }]);
  });

  it("with removals in it, leaves exactly what was there last, and no empty folder", async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `acme/claims/${index}/deep/file.csv`);
    const events = keys.map((key, number) =>
      Array.from({ length: 6 }, (_, index) => {
        const overrides = { sequencer: sequencer(index) };
        // Every other file ends removed.
        return index % 2 === number % 2 ? created(objects, key, overrides) : order("removed", key, overrides);
      }),
    );
    await storm(events.flat(), 3);
    const left = keys.filter((_, number) => events[number]?.at(-1)?.kind === "created");
    expect(left).to.have.length(15);
    expect(await mount.content()).to.deep.equal([...left].sort());
    for (const key of left) {
      const newest = events[keys.indexOf(key)]?.at(-1)?.versionId ?? "";
      expect(await readFile(join(mount.path, key))).to.deep.equal(objects.get(newest));
    }
  });

  describe("and crashes", () => {
    const [older, newer] = ["01", "02"];
    const twoVersions = () =>
      [older, newer].map((sequencer) => created(objects, "acme/claims/a", { sequencer })) as [Replication, Replication];
    const heal = async ([first, second]: [Replication, Replication]) => {
      const healthy = instance();
      // Also where the older one comes again after the newer one has.
      for (const event of [second, first]) expect(await healthy.handle(event)).to.deep.equal([]);
      expect(await mount.content()).to.deep.equal(["acme/claims/a"]);
      expect(await readFile(join(mount.path, "acme/claims/a"))).to.deep.equal(objects.get(second.versionId));
    };

    it("is healed by redelivery where the database goes away between the rename and the commit", async () => {
      const versions = twoVersions();
      await instance().handle(versions[0]);
      const ledger = fixture.connect("quayside_replicate", 1);
      const dying: Ledger = {
        ...ledger,
        transaction: (work) =>
          ledger.transaction(async (transaction) => {
            const result = await work(transaction);
            const { rows } = await transaction.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
            await fixture.connect("master", 1).query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
            return result;
          }),
      };
      expect(await instance({ ledger: dying }).handle(versions[1])).to.deep.equal(["message-0"]);
      // The rename is done, and the ledger knows nothing of it.
      expect(await readFile(join(mount.path, "acme/claims/a"))).to.deep.equal(objects.get(versions[1].versionId));
      await heal(versions);
    });

    it("is healed by redelivery where the function is killed between the rename and the commit", async () => {
      const versions = twoVersions();
      await instance().handle(versions[0]);
      const content = (objects.get(versions[1].versionId) as Buffer).toString("hex");
      const child = fork(join(__dirname, "killed-replicate.ts"), [], {
        execArgv: loadTypescript,
        env: {
          ...process.env,
          KILLED: JSON.stringify({
            ...{ address: fixture.address, mount: mount.path, content },
            body: replicationText(versions[1]),
          }),
        },
      });
      const signal = await new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
      expect(signal).to.equal("SIGKILL");
      expect(await readFile(join(mount.path, "acme/claims/a"))).to.deep.equal(objects.get(versions[1].versionId));
      await heal(versions);
    });
  });

  it("lets a folder come and go while files are put into it", async () => {
    const files = Array.from(
      { length: 60 },
      (_, index) => `acme/claims/same/folder/${randomBytes(4).toString("hex")}-${index}`,
    );
    const events = files.flatMap((key) => [
      created(objects, key, { sequencer: "01" }),
      order("removed", key, { sequencer: "02" }),
    ]);
    const kept = created(objects, "acme/claims/same/folder/kept");
    await storm([...events, kept], 2);
    expect(await mount.content()).to.deep.equal(["acme/claims/same/folder/kept"]);
  });
});
