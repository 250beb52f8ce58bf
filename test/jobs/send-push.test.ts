import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { objectFailure } from "../../domain/delivery-failure";
import type { Destination, OnConflict } from "../../domain/entitlements";
import { requestDrain } from "../../domain/ledger/drains";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import type { Ledger, Queryable } from "../../domain/ledger/ledger";
import { remotePath } from "../../domain/paths";
import { fingerprint } from "../../jobs/send/host-key";
import { tellPartner } from "../../jobs/tell-partner";
import { generateHostKeys } from "../../local/sftp/host-key";
import { generateKeyPair } from "../../local/sftp/key-pair";
import {
  type SftpDestination,
  type SftpDestinationOptions,
  startSftpDestination,
} from "../../local/sftp-destinations/sftp-destination";
import {
  addDelivery,
  type DeliverySeed,
  deliveryRow,
  errorOf,
  publisher,
  sha256,
  statesOf,
  subscriber,
  subscription,
} from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { noStore, type Objects, runSend } from "./send-fixture";

const queue = "push:acme/inbox";
const username = "quayside";
const password = "correct horse";

describe("the send job, pushing", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let folder: string;
  let server: SftpDestination;
  let objects: Objects;

  before(async () => {
    fixture = await startLedger();
    ledger = fixture.ledger;
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    folder = await mkdtemp(join(tmpdir(), "quayside-send-"));
    await mkdir(join(folder, "inbox"));
    objects = new Map();
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(
    options: Partial<SftpDestinationOptions> = {},
    destination: Partial<Destination> = {},
    onConflict: OnConflict = "replace",
  ): Promise<void> {
    server = await startSftpDestination({ username, password, folder, ...options });
    const push = (path: string) => ({
      ...{ kind: "push" as const, destination: "inbox", remotePath: remotePath(path), fileName: "{name}", onConflict },
    });
    await fixture.seed(
      publisher,
      subscriber("acme", {
        destination: { port: server.port, hostKeys: server.hostKeys.slice(0, 1), ...destination },
        subscriptions: [
          subscription("claims", push("/inbox")),
          subscription("lost", push("/missing")),
          subscription("twice", push("/inbox/")),
        ],
      }),
    );
  }

  async function add(finalName: string, content: Uint8Array, seed: Partial<DeliverySeed> = {}): Promise<number> {
    const { id, versionId } = await addDelivery(ledger, {
      ...{ subscription: "acme/claims", queue, finalName, content },
      ...seed,
    });
    objects.set(versionId, content);
    return id;
  }
  const run = (others: Partial<Parameters<typeof runSend>[0]> = {}) =>
    runSend({ ledger, queue, objects, credentials: { password }, ...others });
  const inbox = () => readdir(join(folder, "inbox"));
  const received = (name: string) => readFile(join(folder, "inbox", name));
  const timesRenamedTo = (path: string) => server.names.filter((name) => name === path).length;
  const row = (id: number) => deliveryRow(ledger, id);

  it("delivers a file whole, says so, and leaves the queue", async () => {
    await start();
    const content = randomBytes(300_000);
    const id = await add("claims.csv", content);
    await ledger.transaction((transaction) => requestDrain(transaction, queue));
    const { outcome, notifications } = run();
    expect(await outcome).to.equal("drained");
    expect(await received("claims.csv")).to.deep.equal(content);
    expect(await inbox()).to.deep.equal(["claims.csv"]);
    expect(server.names).to.deep.equal([`/inbox/.claims.csv.${id}.1.part`, "/inbox/claims.csv"]);
    const hash = sha256(content);
    expect(await row(id)).to.include({
      ...{ state: "delivered", delivered_as: "/inbox/claims.csv", size: 300_000, sha256: hash, transfer_sha256: hash },
      ...{ attempts: 1, lease_owner: null },
    });
    expect(notifications.map(({ event, partner }) => [event, partner])).to.deep.equal([["delivery.delivered", "acme"]]);
    expect(notifications[0]?.message).to.include(hash);
    expect((await ledger.query("SELECT FROM drain")).rowCount).to.equal(0);
  });

  it("delivers an empty file", async () => {
    await start();
    const id = await add("empty.csv", new Uint8Array());
    await run().outcome;
    expect((await stat(join(folder, "inbox", "empty.csv"))).size).to.equal(0);
    expect(await row(id)).to.include({ state: "delivered", size: 0, sha256: sha256(new Uint8Array()) });
  });

  it("delivers 100 small files over one connection", async () => {
    await start();
    const contents = new Map<string, Buffer>();
    for (let i = 0; i < 100; i++) contents.set(`claims-${i}.csv`, randomBytes(i));
    for (const [name, content] of contents) await add(name, content);
    expect(await run().outcome).to.equal("drained");
    expect(await statesOf(ledger)).to.deep.equal({ delivered: 100 });
    expect((await inbox()).length).to.equal(100);
    for (const [name, content] of contents) expect(await received(name)).to.deep.equal(content);
    expect(server.connectionCount).to.equal(1);
  });

  it("sends 12 MB in constant memory", async () => {
    await start();
    const total = 12 * 1024 ** 2;
    let most = 0;
    const { id, versionId } = await addDelivery(ledger, {
      ...{ subscription: "acme/claims", queue, finalName: "large.bin", size: total },
    });
    const temporary = join(folder, "inbox", `.large.bin.${id}.1.part`);
    objects.set(versionId, async function* () {
      const chunk = Buffer.alloc(65_536, "claims");
      for (let made = 0; made < total; made += chunk.length) {
        yield chunk;
        if (made % (1024 * 1024) === 0) most = Math.max(most, made + chunk.length - (await stat(temporary)).size);
      }
    });
    await run().outcome;
    expect(await row(id)).to.include({ state: "delivered", size: total });
    expect((await stat(join(folder, "inbox", "large.bin"))).size).to.equal(total);
    // 64 writes of 32 KiB on the way, and the chunk in hand.
    expect(most)
      .to.be.greaterThan(0)
      .and.at.most(65 * 32 * 1024 + 65_536);
  });

  for (const name of [
    "with blanks .csv",
    "Überweisungen ☂ 令和.csv",
    "-rf",
    "'single' \"double\" `back`.csv",
    "$(reboot);&|.csv",
    `${"ü".repeat(98)}.csv`,
  ]) {
    it(`delivers a file called ${JSON.stringify(name)}`, async () => {
      await start();
      await add(name, Buffer.from("x"));
      await run().outcome;
      expect(await inbox()).to.deep.equal([name]);
    });
  }

  for (const name of ["../outside.csv", "a/b.csv", "..", "", ".netrc", "a.csv:x"]) {
    it(`refuses to write a file called ${JSON.stringify(name)}`, async () => {
      await start();
      const id = await add(name, Buffer.from("x"));
      await run().outcome;
      const { state, reason } = await row(id);
      expect(state).to.equal("failed");
      expect(reason).to.include("cannot be a delivered file's name");
      expect(server.names).to.deep.equal([]);
    });
  }

  describe("where the name is taken", () => {
    for (const posixRename of [true, false]) {
      const which = posixRename ? "with" : "without";
      it(`replaces, on a server ${which} posix-rename`, async () => {
        await start({ posixRename }, {}, "replace");
        await writeFile(join(folder, "inbox", "a.csv"), "old and longer");
        const id = await add("a.csv", Buffer.from("new"));
        await run().outcome;
        expect((await received("a.csv")).toString()).to.equal("new");
        expect(await inbox()).to.deep.equal(["a.csv"]);
        expect(await row(id)).to.include({ state: "delivered", attempts: 1 });
      });
    }

    it("takes the first free number", async () => {
      await start({}, {}, "rename");
      await writeFile(join(folder, "inbox", "a.csv"), "old");
      await writeFile(join(folder, "inbox", "a-1.csv"), "older");
      const id = await add("a.csv", Buffer.from("new"));
      await run().outcome;
      expect((await received("a-2.csv")).toString()).to.equal("new");
      expect((await received("a.csv")).toString()).to.equal("old");
      expect(await row(id)).to.include({ state: "delivered", delivered_as: "/inbox/a-2.csv" });
    });

    it("gives two subscriptions' files of one name different numbers", async () => {
      await start({}, {}, "rename");
      for (let i = 0; i < 5; i++) await add("a.csv", Buffer.from(`claims ${i}`));
      for (let i = 0; i < 5; i++) await add("a.csv", Buffer.from(`twice ${i}`), { subscription: "acme/twice" });
      await run().outcome;
      const contents = await Promise.all((await inbox()).map(async (name) => (await received(name)).toString()));
      expect(contents.sort()).to.deep.equal(
        ["claims", "twice"].flatMap((name) => [0, 1, 2, 3, 4].map((i) => `${name} ${i}`)),
      );
    });

    it("fails, leaves what is there and cleans up", async () => {
      await start({}, {}, "fail");
      await writeFile(join(folder, "inbox", "a.csv"), "old");
      const id = await add("a.csv", Buffer.from("new"));
      const { outcome, notifications } = run();
      expect(await outcome).to.equal("drained");
      expect((await row(id)).state).to.equal("failed");
      expect(await row(id)).to.include({ renaming_to: null });
      expect((await row(id)).reason).to.match(/^\/inbox\/a\.csv exists already/);
      expect((await received("a.csv")).toString()).to.equal("old");
      expect(await inbox()).to.deep.equal(["a.csv"]);
      expect(notifications.map(({ event }) => event)).to.deep.equal(["delivery.failed"]);
    });

    it("never replaces a folder", async () => {
      await start({}, {}, "replace");
      await mkdir(join(folder, "inbox", "a.csv"));
      const id = await add("a.csv", Buffer.from("new"));
      await run().outcome;
      expect((await row(id)).state).to.equal("failed");
      expect((await stat(join(folder, "inbox", "a.csv"))).isDirectory()).to.equal(true);
    });

    it("lets the newest upload of a name be the last to arrive", async () => {
      await start({}, {}, "replace");
      for (let i = 0; i < 12; i++) await add("a.csv", Buffer.from(`version ${i}`));
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("version 11");
      expect(await statesOf(ledger)).to.deep.equal({ delivered: 12 });
    });
  });

  describe("what can't pass", () => {
    async function expectAllFailed(others: Parameters<typeof run>[0], reason: RegExp): Promise<void> {
      for (let i = 0; i < 30; i++) await add(`claims-${i}.csv`, Buffer.from("x"));
      await add("later.csv", Buffer.from("x"), { dueIn: 3600 });
      const { outcome, notifications } = run(others);
      expect(await outcome).to.equal("drained");
      expect(await statesOf(ledger)).to.deep.equal({ failed: 31 });
      const { rows } = await ledger.query<{ reason: string }>("SELECT DISTINCT reason FROM delivery");
      expect(rows.length).to.equal(1);
      expect(rows[0]?.reason).to.match(reason);
      expect(notifications.length).to.equal(1);
      expect(notifications[0]?.message).to.include("and 30 more deliveries");
      // What our operators are to do is not the partner's business.
      expect(notifications[0]?.message).not.to.match(/secret|private key|hostKeys in/);
      expect(server.names).to.deep.equal([]);
    }

    it("is a changed host key of the same type", async () => {
      const other = generateHostKeys()[0];
      await start({}, { hostKeys: [other?.publicKey ?? ""] });
      const got = fingerprint(Buffer.from(server.hostKeys[0]?.split(" ")[1] ?? "", "base64"));
      const pinned = fingerprint(Buffer.from(other?.publicKey.split(" ")[1] ?? "", "base64"));
      const quote = (text: string) => text.replace(/[+/]/g, "\\$&");
      await expectAllFailed(
        {},
        new RegExp(`host key of .* changed: got ${quote(got)}, pinned ${quote(pinned)}; nothing was sent`),
      );
      expect(server.connectionCount).to.equal(1);
    });

    it("is a host without a key of the pinned type", async () => {
      const rsa =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7n0pmzWQ0SgVAcjg4FQ2dF3sKIb5T9YjYVbNMCIQwJ1kmCwN4nTJ8F5gZ2Y0mBz6kV2rYj9Jp0";
      const [one] = generateHostKeys();
      await start({ hostKey: one?.privateKey ?? "" }, { hostKeys: [rsa] });
      await expectAllFailed({}, /host key of .* changed: got SHA256:/);
    });

    it("is a wrong password", async () => {
      await start();
      await expectAllFailed({ credentials: { password: "wrong" } }, /refused the login/);
    });

    it("is a wrong key", async () => {
      await start();
      const { privateKey } = generateKeyPair();
      await expectAllFailed({ credentials: { privateKey } }, /refused the login/);
    });

    it("is a key that nobody can read", async () => {
      await start();
      await expectAllFailed({ credentials: { privateKey: "not a key" } }, /private key for .* cannot be read/);
    });

    it("is a folder that does not exist, for the files that go there", async () => {
      await start();
      for (let i = 0; i < 20; i++) await add(`lost-${i}.csv`, Buffer.from("x"), { subscription: "acme/lost" });
      const fine = await add("fine.csv", Buffer.from("x"));
      const { outcome, notifications } = run();
      await outcome;
      expect(await statesOf(ledger)).to.deep.equal({ failed: 20, delivered: 1 });
      expect((await row(fine)).state).to.equal("delivered");
      const failures = notifications.filter(({ event }) => event === "delivery.failed");
      expect(failures.length).to.equal(1);
      expect(failures[0]?.message).to.include("folder /missing does not exist");
    });

    it("is a folder that the login may not write to", async () => {
      await start({ faults: { readOnlyFolders: ["/inbox"] } });
      const id = await add("a.csv", Buffer.from("x"));
      await run().outcome;
      expect((await row(id)).state).to.equal("failed");
      expect((await row(id)).reason).to.include("may not write to folder /inbox");
    });
  });

  describe("what can pass", () => {
    it("is a connection that breaks half way: the file arrives whole, under its name alone", async () => {
      await start({ faults: { failAfterBytes: 200_000, failTimes: 1 } });
      const content = randomBytes(1_000_000);
      const id = await add("a.bin", content);
      const { outcome, notifications } = run();
      expect(await outcome).to.equal("drained");
      expect(await received("a.bin")).to.deep.equal(content);
      expect(await inbox()).to.deep.equal(["a.bin"]);
      expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
      expect(server.connectionCount).to.equal(2);
      expect(notifications.length).to.equal(1);
    });

    it("is a server that is down: everything due waits its own time, and the eighth attempt is the last", async () => {
      await start();
      await server.stop();
      const fresh = await add("fresh.csv", Buffer.from("x"));
      const first = await add("a.csv", Buffer.from("x"), { attempts: 6 });
      const last = await add("b.csv", Buffer.from("x"), { attempts: 7 });
      const { outcome, notifications } = run({ retryDelay: (attempt) => 1000 * attempt });
      expect(await outcome).to.equal("drained");
      expect(await row(fresh)).to.include({ state: "ready", attempts: 1 });
      expect((await row(fresh)).due_in).to.be.within(900, 1000);
      expect(await row(first)).to.include({ state: "ready", attempts: 7 });
      expect((await row(first)).due_in).to.be.within(6900, 7000);
      expect((await row(first)).reason).to.match(/^cannot connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
      expect((await row(last)).state).to.equal("failed");
      expect((await row(last)).reason).to.match(/^gave up after 8 attempts: cannot connect/);
      expect(notifications.map(({ event }) => event)).to.deep.equal(["delivery.failed"]);
    });

    it("is a server that fails to rename, eight times", async () => {
      await start({ faults: { refuseRename: true } });
      const id = await add("a.csv", Buffer.from("x"));
      expect(await run().outcome).to.equal("drained");
      expect(await row(id)).to.include({ state: "failed", attempts: 8 });
      expect((await row(id)).reason).to.match(/^gave up after 8 attempts: renaming /);
    });

    it("is waited for by the job itself where the retry is due soon", async () => {
      await start({ faults: { failAfterBytes: 1000, failTimes: 1 } });
      const id = await add("a.bin", randomBytes(5000));
      await ledger.transaction((transaction) => requestDrain(transaction, queue));
      expect(await run({ retryDelay: () => 0.1 }).outcome).to.equal("drained");
      expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
      expect((await ledger.query("SELECT FROM drain")).rowCount).to.equal(0);
    });

    it("is an object that reads short", async () => {
      await start();
      const content = randomBytes(1000);
      const { id, versionId } = await addDelivery(ledger, {
        ...{ subscription: "acme/claims", queue, finalName: "a.bin", content },
      });
      let reads = 0;
      objects.set(versionId, async function* () {
        yield reads++ === 0 ? content.subarray(0, 500) : content;
      });
      await run().outcome;
      expect(await received("a.bin")).to.deep.equal(content);
      expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
    });

    it("is a read that breaks off", async () => {
      await start();
      const content = randomBytes(1000);
      const { id, versionId } = await addDelivery(ledger, {
        ...{ subscription: "acme/claims", queue, finalName: "a.bin", content },
      });
      let reads = 0;
      objects.set(versionId, async function* () {
        yield content.subarray(0, 500);
        if (reads++ === 0) throw objectFailure(new Error("aborted"), "reading a.bin");
        yield content.subarray(500);
      });
      await run().outcome;
      expect(await received("a.bin")).to.deep.equal(content);
      expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
    });
  });

  describe("after a crash", () => {
    /** A ledger that breaks when the delivery is to be marked as delivered, as if the job had died right before. */
    const dyingLedger = (): Ledger => {
      const query: Queryable["query"] = (text, values) =>
        text.includes("'delivered'") ? Promise.reject(new Error("the job died here")) : ledger.query(text, values);
      return { ...ledger, query };
    };

    /** What an attempt noted right before its rename. */
    const noted = (place: string) => ({
      ...{ renamingTo: `${place}/a.csv`, renamingFrom: `${place}/.a.csv.1.part` },
      renamingServer: `127.0.0.1:${server.port}`,
    });

    it("does not send again what was renamed and not yet marked", async () => {
      await start();
      const content = randomBytes(1000);
      const id = await add("a.csv", content);
      const error = await errorOf(run({ ledger: dyingLedger() }).outcome);
      expect(error.message).to.equal("the job died here");
      expect(await row(id)).to.include({ state: "ready", renaming_to: "/inbox/a.csv" });
      const { outcome, notifications } = run();
      expect(await outcome).to.equal("drained");
      expect(await row(id)).to.include({
        ...{
          state: "delivered",
          delivered_as: "/inbox/a.csv",
          sha256: sha256(content),
          transfer_sha256: sha256(content),
        },
      });
      expect(timesRenamedTo("/inbox/a.csv")).to.equal(1);
      expect(notifications.length).to.equal(1);
    });

    it("does not send again what the partner took away before that", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("pay 100"));
      await errorOf(run({ ledger: dyingLedger() }).outcome);
      await rename(join(folder, "inbox", "a.csv"), join(folder, "taken.csv"));
      const { outcome, notifications, lines } = run();
      expect(await outcome).to.equal("drained");
      expect(await inbox()).to.deep.equal([]);
      expect(await row(id)).to.include({ state: "failed", attempts: 2, renaming_to: null });
      const reason =
        /^arrival uncertain: .* renamed \S+\.part to \/inbox\/a\.csv on 127\.0\.0\.1:\d+, and now neither is there\. Ask/;
      expect((await row(id)).reason).to.match(reason);
      expect(notifications.map(({ event }) => event)).to.deep.equal(["delivery.failed"]);
      expect(notifications[0]?.message).to.match(
        /^Reason: arrival uncertain: .* Please tell us whether you have the file$/m,
      );
      expect(lines.map(({ level, message }) => [level, message])).to.deep.include(["error", "delivery failed"]);
      // Asked, the partner has nothing, so a person orders another attempt.
      await ledger.query("UPDATE delivery SET state = 'ready' WHERE id = $1", [id]);
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("pay 100");
    });

    it("does not call it delivered because an older file of the same size has the name", async () => {
      await start();
      await writeFile(join(folder, "inbox", "a.csv"), "old!");
      const id = await add("a.csv", Buffer.from("new!"), {
        ...noted("/inbox"),
        renamingModifiedAt: new Date(Date.now() + 60_000),
      });
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("old!");
      expect((await row(id)).reason).to.match(/^arrival uncertain: .* and now only another file of that name is\. Ask/);
    });

    it("does not send to another server what may have arrived at the former one", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("new!"), { ...noted("/inbox"), renamingServer: "old.example:22" });
      await writeFile(join(folder, "inbox", "a.csv"), "new!");
      await run().outcome;
      const what = "renamed /inbox/.a.csv.1.part to /inbox/a.csv on old.example:22, and the destination is";
      expect((await row(id)).reason).to.include(what);
    });

    it("does not push what was placed before the subscription changed", async () => {
      await start();
      const store = (delivery: string) => ({ ...noStore, find: async () => ({ size: 4, delivery }) });
      const placed = await add("a.csv", Buffer.from("new!"), { renamingTo: "acme/inbox/a.csv" });
      await run({ store: store(String(placed)) }).outcome;
      expect(await row(placed)).to.include({ state: "delivered", delivered_as: "acme/inbox/a.csv" });
      const other = await add("b.csv", Buffer.from("new!"), { renamingTo: "acme/inbox/b.csv" });
      await run({ store: store("another's") }).outcome;
      expect(await row(other)).to.include({ state: "delivered", delivered_as: "/inbox/b.csv" });
      expect(await inbox()).to.deep.equal(["b.csv"]);
    });

    it("finds what arrived with its last attempt", async () => {
      await start();
      await writeFile(join(folder, "inbox", "a.csv"), "new");
      const id = await add("a.csv", Buffer.from("new"), {
        ...{ state: "sending", attempts: 8, lease: { owner: "dead", endsIn: -1 } },
        ...noted("/inbox"),
        renamingModifiedAt: new Date(Date.now() - 60_000),
      });
      await run().outcome;
      expect(await row(id)).to.include({ state: "delivered", attempts: 9 });
    });

    it("needs none where only the ledger was away for a while", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("new"));
      let failures = 0;
      const query: Queryable["query"] = (text, values) =>
        text.includes("'delivered'") && failures++ < 2
          ? Promise.reject(new Error("failing over"))
          : ledger.query(text, values);
      const { outcome, lines } = run({ ledger: { ...ledger, query }, recordPauses: [1, 1] });
      expect(await outcome).to.equal("drained");
      expect(await row(id)).to.include({ state: "delivered", attempts: 1 });
      expect(lines.filter(({ message }) => message === "arrival not recorded yet").length).to.equal(2);
    });

    it("does not take an older file of the same size for its own", async () => {
      await start();
      await writeFile(join(folder, "inbox", "a.csv"), "old!");
      await add("a.csv", Buffer.from("new!"), noted("/inbox"));
      await writeFile(join(folder, "inbox", ".a.csv.1.part"), "new!");
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("new!");
      expect(await inbox()).to.deep.equal(["a.csv"]);
    });

    it("finds out in the old folder what became of a rename, where the subscription has another one now", async () => {
      await start();
      await mkdir(join(folder, "old-inbox"));
      await writeFile(join(folder, "old-inbox", "a.csv"), "old!");
      await writeFile(join(folder, "old-inbox", ".a.csv.1.part"), "new!");
      await add("a.csv", Buffer.from("new!"), noted("/old-inbox"));
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("new!");
      expect(await readdir(join(folder, "old-inbox"))).to.deep.equal(["a.csv"]);
    });

    it("sends anew what was never renamed", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("new"), {
        ...{ state: "sending", attempts: 2, lease: { owner: "dead", endsIn: -1 } },
        ...{ ...noted("/inbox"), renamingFrom: "/inbox/.a.csv.0.2.part" },
      });
      await writeFile(join(folder, "inbox", ".a.csv.0.2.part"), "new");
      // The claim before that one did not even come to its rename.
      await writeFile(join(folder, "inbox", `.a.csv.${id}.1.part`), "half a file, and more than that");
      await run().outcome;
      expect((await received("a.csv")).toString()).to.equal("new");
      expect(await inbox()).to.deep.equal(["a.csv"]);
      expect(await row(id)).to.include({ state: "delivered", attempts: 3, renaming_from: null });
    });

    it("sends once where the server comes to an earlier attempt's rename only now", async () => {
      await start({}, {}, "rename");
      const id = await add("a.csv", Buffer.from("new"));
      let late = () => {};
      const asked = new Promise<void>((resolve) => {
        server.faults.beforeRename = async () => {
          server.faults.beforeRename = undefined;
          resolve();
          await new Promise<void>((go) => {
            late = go;
          });
        };
      });
      const slow = run();
      await asked;
      await ledger.query("UPDATE delivery SET lease_until = now() WHERE id = $1", [id]);
      await run().outcome;
      late();
      await slow.outcome;
      expect(await inbox()).to.deep.equal(["a.csv"]);
      expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
      expect(slow.lines.map(({ message }) => message)).to.include("claim lost");
    });

    it("gives up a file that took its job down eight times", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("x"), {
        ...{ state: "sending", attempts: 8, lease: { owner: "dead", endsIn: -1 } },
      });
      await run().outcome;
      expect((await row(id)).state).to.equal("failed");
      expect((await row(id)).reason).to.include("the job itself ended");
      expect(server.names).to.deep.equal([]);
    });
  });

  it("tries nothing again for a partner that is removed while its file is on the way", async () => {
    await start();
    const { id, versionId } = await addDelivery(ledger, { subscription: "acme/claims", queue, size: 1000 });
    objects.set(versionId, async function* () {
      yield Buffer.alloc(500);
      await ledger.transaction((transaction) => disablePartner(transaction, "acme", "seed"));
      throw objectFailure(new Error("aborted"), "reading a.bin");
    });
    const { outcome, notifications, lines } = run();
    expect(await outcome).to.equal("drained");
    expect(await row(id)).to.include({ state: "cancelled", attempts: 1 });
    expect(notifications).to.deep.equal([]);
    expect(lines.map(({ message }) => message)).to.deep.equal(["delivery cancelled"]);
  });

  describe("once its destination has left the partner's files", () => {
    const moved = subscriber("acme", {
      destination: { name: "new-server" },
      subscriptions: [
        subscription("claims", {
          ...{ kind: "push", destination: "new-server", remotePath: remotePath("/in") },
          ...{ fileName: "{name}", onConflict: "replace" },
        }),
      ],
    });
    /** A ledger in which something happens right before some query is answered, or to its answer. */
    const ledgerThat = (query: Queryable["query"]): Ledger => ({ ...ledger, query });

    it("connects to nothing: what waits goes to the new one", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("x"));
      await fixture.seed(moved);
      expect(await run().outcome).to.equal("drained");
      expect(server.connectionCount).to.equal(0);
      expect(await row(id)).to.include({ state: "ready", queue: "push:acme/new-server", attempts: 0 });
    });

    it("connects to nothing where it is gone before its subscription", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("x"));
      await ledger.query("UPDATE destination SET active = false");
      const { outcome, notifications } = run({ retryDelay: () => 60 });
      expect(await outcome).to.equal("drained");
      expect(server.connectionCount).to.equal(0);
      expect(await row(id)).to.include({ state: "ready", queue, reason: "acme/inbox is no destination any more" });
      expect(notifications).to.deep.equal([]);
    });

    it("would refuse what belongs to another queue before it connects", async () => {
      await start();
      const id = await add("a.csv", Buffer.from("x"));
      const { outcome, stop } = run({
        retryDelay: () => 60,
        ledger: ledgerThat(async (text, values) => {
          const answer = await ledger.query(text, values);
          for (const claimed of answer.rows) if ("sendQueue" in claimed) claimed.sendQueue = "push:acme/new-server";
          return answer as never;
        }),
      });
      while ((await row(id)).reason === null);
      stop();
      await outcome;
      expect(server.connectionCount).to.equal(0);
      expect((await row(id)).reason).to.equal(
        "the subscription now delivers by push:acme/new-server, not by push:acme/inbox",
      );
    });
  });

  it("sends to where the destination is now, and finishes what it has begun where it was", async () => {
    await start();
    const moved = await mkdtemp(join(tmpdir(), "quayside-send-"));
    await mkdir(join(moved, "inbox"));
    const second = await startSftpDestination({ username, password, folder: moved });
    const content = Buffer.from("x");
    const later = async () => {
      const { rows } = await ledger.query(
        "SELECT FROM delivery WHERE final_name = 'later.csv' AND state = 'delivered'",
      );
      return rows.length === 1;
    };
    for (const finalName of ["long.csv", "short.csv"]) {
      const { versionId } = await addDelivery(ledger, { subscription: "acme/claims", queue, finalName, content });
      objects.set(versionId, async function* () {
        if (finalName === "long.csv") while (!(await later())) await new Promise((resolve) => setTimeout(resolve, 5));
        else {
          await ledger.query("UPDATE destination SET port = $1, host_keys = $2", [
            second.port,
            second.hostKeys.slice(0, 1),
          ]);
          await add("later.csv", content);
        }
        yield content;
      });
    }
    await run().outcome;
    expect(await inbox()).to.have.members(["long.csv", "short.csv"]);
    expect(await readdir(join(moved, "inbox"))).to.deep.equal(["later.csv"]);
    expect([server.connectionCount, second.connectionCount]).to.deep.equal([1, 1]);
    await second.stop();
    await rm(moved, { recursive: true });
  });

  it("never sends a file twice where two jobs drain one queue", async () => {
    await start({}, {}, "rename");
    for (let i = 0; i < 60; i++) await add(`claims-${i}.csv`, randomBytes(2000));
    const runs = [run(), run({ ledger: fixture.connect("quayside_service", 2) })];
    await Promise.all(runs.map(({ outcome }) => outcome));
    expect(await statesOf(ledger)).to.deep.equal({ delivered: 60 });
    const arrived = server.names.filter((name) => !name.endsWith(".part"));
    expect(arrived.length).to.equal(60);
    expect(new Set(arrived).size).to.equal(60);
    expect(runs.flatMap(({ notifications }) => notifications).length).to.equal(60);
  });

  it("leaves a file alone whose claim has passed to another job", async () => {
    await start();
    const content = randomBytes(1000);
    const { id, versionId } = await addDelivery(ledger, {
      ...{ subscription: "acme/claims", queue, finalName: "a.bin", content },
    });
    objects.set(versionId, async function* () {
      yield content;
      await ledger.query("UPDATE delivery SET lease_owner = 'another job' WHERE id = $1", [id]);
    });
    const { outcome, notifications } = run();
    await outcome;
    expect(await row(id)).to.include({ state: "sending", lease_owner: "another job" });
    expect(server.names).not.to.include("/inbox/a.bin");
    expect(notifications).to.deep.equal([]);
  });

  describe("told to stop", () => {
    it("finishes what it has in hand and takes nothing new", async () => {
      await start();
      const content = randomBytes(1000);
      const { id, versionId } = await addDelivery(ledger, {
        ...{ subscription: "acme/claims", queue, finalName: "a.bin", content },
      });
      await ledger.transaction((transaction) => requestDrain(transaction, queue));
      objects.set(versionId, async function* () {
        yield content.subarray(0, 500);
        job.stop();
        await add("b.bin", content);
        yield content.subarray(500);
      });
      const job = run();
      expect(await job.outcome).to.equal("stopped");
      expect((await row(id)).state).to.equal("delivered");
      expect(await statesOf(ledger)).to.deep.equal({ delivered: 1, ready: 1 });
      // The next sweep sends another job for the rest.
      expect((await ledger.query("SELECT FROM drain WHERE lease_until <= now()")).rowCount).to.equal(1);
    });

    it("gives back what it can't finish, without counting the attempt", async () => {
      await start();
      const { id, versionId } = await addDelivery(ledger, {
        ...{ subscription: "acme/claims", queue, finalName: "a.bin", size: 10 ** 12 },
      });
      let pieces = 0;
      objects.set(versionId, async function* () {
        for (;;) {
          yield Buffer.alloc(32_768);
          if (++pieces === 100) job.abandon();
        }
      });
      const job = run();
      expect(await job.outcome).to.equal("stopped");
      expect(await row(id)).to.include({ state: "ready", attempts: 0, lease_owner: null });
      expect(job.notifications).to.deep.equal([]);
      expect(server.names).not.to.include("/inbox/a.bin");
    });
  });

  it("delivers all the same when nobody can be told", async () => {
    await start();
    const id = await add("a.csv", Buffer.from("x"));
    const warnings: string[] = [];
    const tell = tellPartner(
      () => Promise.reject(new Error("SNS is away")),
      (_level, message) => void warnings.push(message),
    );
    expect(await run({ tell }).outcome).to.equal("drained");
    expect((await row(id)).state).to.equal("delivered");
    expect(warnings).to.deep.equal(["notification failed"]);
  });
});
