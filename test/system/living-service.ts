import { readFile, rm } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Client } from "ssh2";
import { partnerAccess } from "../../domain/partner-access";
import { loadPartners } from "../../domain/partner-files/load-partners";
import { makePlan } from "../../domain/plan/make-plan";
import { fileGroups, partnerFiles } from "./partner-files";
import { type RunningService, settledWith } from "./running-service";

type Files = Record<string, string>;

const publisher = (id: string, passwordVersion = 1): Files =>
  partnerFiles(id, {
    login: { passwordVersion },
    folders: [{ virtualPath: "/out", access: "upload", fileGroup: "reports" }],
  });
const reader = (subscription: object = {}): Files =>
  partnerFiles(
    "reader",
    { login: { passwordVersion: 1 }, folders: [{ virtualPath: "/in", access: "download" }] },
    { subscriptions: { all: { fileGroup: "reports", ...subscription, deliver: { place: { virtualPath: "/in" } } } } },
  );
/** What it begins with. */
export const changingPartners: Files = { ...publisher("sender"), ...reader() };

/** Kinds of change: the files after it, by those before. */
const changes: Record<string, (files: Files) => Files> = {
  "nothing changes": (files) => files,
  "a partner is added": (files) => ({
    ...files,
    ...partnerFiles("planned", {
      login: { passwordVersion: 1 },
      folders: [{ virtualPath: "/in", access: "download" }],
    }),
  }),
  "a subscription narrows": (files) => ({ ...files, ...reader({ match: "*.csv" }) }),
  "a password is issued anew": (files) => ({ ...files, ...publisher("sender", 2) }),
  "a partner is removed": (files) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith("reader/"))),
};

const accessOf = (files: Files) =>
  loadPartners(
    new Map(Object.entries({ ...fileGroups("reports"), ...files }).map(([path, text]) => [path, Buffer.from(text)])),
  ).partners.map(partnerAccess);

/** Declares the tests of a service that has {@link changingPartners}, besides others that stay as they are. */
export function livingService(started: () => RunningService): void {
  describe("A service that lives on while its partner files change", () => {
    let running: RunningService;
    before(() => {
      running = started();
    });

    const login = (username: string) => ({ username, password: running.service.issuedPassword(username) ?? "" });

    it("changes nothing when nothing changed", async () => {
      expect(await running.service.up()).to.deep.equal([]);
    });

    it("adds only the new partner's resources when a partner is added, and lets it log in", async () => {
      await running.write(publisher("newcomer"));
      const changes = await running.service.up();
      expect(changes.map(({ operation, type, name }) => `${operation} ${type} ${name}`)).to.have.members([
        "create quayside:PartnerAccess newcomer",
        "create aws:cognito/user:User newcomer",
        "create aws:lambda/invocation:Invocation newcomer",
      ]);
      const client = await running.connect(login("newcomer"));
      expect((await client.list("/")).map(({ name }) => name)).to.deep.equal(["out"]);
      await client.end();
    });

    it("changes only the input that a changed file changes, and keeps the password", async () => {
      const before = login("newcomer");
      await running.write(
        partnerFiles("newcomer", {
          login: { passwordVersion: 1 },
          folders: [
            { virtualPath: "/out", access: "upload", fileGroup: "reports" },
            { virtualPath: "/back", access: "download" },
          ],
        }),
      );
      expect(await running.service.up()).to.deep.equal([
        { operation: "update", type: "aws:lambda/invocation:Invocation", name: "newcomer", keys: ["input"] },
      ]);
      const client = await running.connect(before);
      expect((await client.list("/")).map(({ name }) => name)).to.deep.equal(["back", "out"]);
      await client.end();
    });

    it("issues another password when its version rises, and the old one is refused", async () => {
      const old = login("newcomer");
      await running.write(publisher("newcomer", 2));
      await running.service.up();
      expect(login("newcomer").password).to.not.equal(old.password);
      expect(await running.connect(old).then(() => "in", String)).to.match(/authentication methods failed/);
      await (await running.connect(login("newcomer"))).end();
    });

    it("takes a removed partner's login away and keeps its history", async () => {
      const known = login("newcomer");
      const client = await running.connect(known);
      await client.put(Buffer.from("a,b\n"), "/out/last-words.csv");
      await client.end();
      await running.transfer("last-words.csv", settledWith(1));
      await running.write({ newcomer: undefined });
      const changes = await running.service.up();
      expect(changes.map(({ operation, name }) => `${operation} ${name}`)).to.have.members([
        "delete newcomer",
        "delete newcomer",
        "delete newcomer",
      ]);
      expect(await running.connect(known).then(() => "in", String)).to.match(/authentication methods failed/);
      expect((await running.rows()).map(({ fileName }) => fileName)).to.include("last-words.csv");
    });

    it("changes nothing at all when a file is wrong, says all that is wrong, and goes on as before", async () => {
      await running.write({
        ...partnerFiles("second", { login: { pasword: 1 }, folders: [{ virtualPath: "out", access: "write" }] }),
        "sender/keys/old.pub": "ssh-dss AAAA\n",
      });
      const failure = await running.service.up().then(() => "", String);
      for (const expected of [
        "second/partner.yaml",
        'unknown key "pasword"',
        "folders[0].virtualPath",
        '"write"',
        "sender/keys/old.pub",
        "DSA",
      ]) {
        expect(failure).to.include(expected);
      }
      expect(running.service.stack.resources.some(({ name }) => name === "second")).to.equal(false);
      await (await running.connect(login("sender"))).end();
      await running.write({ second: undefined, "sender/keys": undefined });
      expect(await running.service.up()).to.deep.equal([]);
    });

    it("does not route what a broken connection left behind", async () => {
      await uploadAndBreakOff(running.server.port, login("sender"), "/out/half.csv");
      const row = await running.transfer("half.csv", ({ state }) => state === "truncated");
      expect(row.deliveries).to.deep.equal([]);
      // The same name again, whole this time, is a transfer of its own.
      const client = await running.connect(login("sender"));
      await client.put(Buffer.alloc(200_000, "x"), "/out/half.csv");
      await client.end();
      const whole = await running.transfer("half.csv", settledWith(1));
      expect(whole.deliveries[0]).to.include({ state: "delivered", size: 200_000 });
    });

    it("carries an empty file, a large one and awkward names", async () => {
      const client = await running.connect(login("sender"));
      const names = [
        "empty.csv",
        "  spaces  .csv",
        "ünïcödé 漢字.csv",
        "-rf.csv",
        "100%+a&b=c.csv",
        'it\'s "quoted".csv',
      ];
      for (const name of names) await client.put(Buffer.from(name === "empty.csv" ? "" : name), `/out/${name}`);
      // More than one part of an upload.
      const large = Buffer.alloc(9 * 1024 * 1024, "0123456789");
      await client.put(large, "/out/large.bin");
      await client.end();
      for (const { fileName, deliveries } of await running.transfers(names, settledWith(1))) {
        expect(deliveries[0], fileName).to.include({
          state: "delivered",
          size: fileName === "empty.csv" ? 0 : Buffer.byteLength(fileName),
        });
      }
      await running.transfer("large.bin", settledWith(1));
      const reader = await running.connect(login("reader"));
      expect((await reader.list("/in")).map(({ name }) => name)).to.include.members([...names, "large.bin"]);
      const local = join(tmpdir(), `quayside-got-${process.pid}.bin`);
      await reader.fastGet("/in/large.bin", local);
      await reader.end();
      expect(Buffer.compare(await readFile(local), large)).to.equal(0);
      await rm(local);
    });

    it("delivers a burst of files once each, with few jobs", async () => {
      const jobsBefore = running.service.standIns.batch.list("quayside-dev-jobs").length;
      const client = await running.connect(login("sender"));
      const names = Array.from({ length: 60 }, (_, index) => `burst-${index}.csv`);
      await Promise.all(names.map((name) => client.put(Buffer.from(name), `/out/${name}`)));
      await client.end();
      await running.transfers(names, settledWith(1));
      const rows = (await running.rows()).filter(({ fileName }) => fileName.startsWith("burst-"));
      expect(rows).to.have.length(names.length);
      expect(running.service.standIns.batch.list("quayside-dev-jobs").length - jobsBefore).to.be.lessThan(
        names.length / 2,
      );
    });

    let current = changingPartners;
    for (const [title, change] of Object.entries(changes)) {
      it(`changes the partners that the plan names, and no other, where ${title}`, async () => {
        const after = change(current);
        const plan = makePlan(accessOf(current), accessOf(after), { allowRemovals: true });
        const gone = Object.keys(current).filter((path) => !(path in after));
        await running.write({ ...after, ...Object.fromEntries(gone.map((path) => [path, undefined])) });
        const applied = await running.service.up();
        const touched = [...new Set(applied.map(({ name }) => name.split("/", 1)[0]))].sort();
        const planned = [...new Set(plan.changes.map(({ partner }) => partner))].sort();
        expect(touched, JSON.stringify(applied)).to.deep.equal(planned);
        current = after;
      });
    }
  });
}

/** Writes some bytes of a file and drops the connection with the file still open. */
async function uploadAndBreakOff(
  port: number,
  login: { username: string; password: string },
  path: string,
): Promise<void> {
  const socket = connectSocket(port, "127.0.0.1");
  const client = new Client();
  client.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    client.on("ready", () => {
      client.sftp((error, sftp) => {
        if (error) return reject(error);
        sftp.open(path, "w", (openError, handle) => {
          if (openError) return reject(openError);
          sftp.write(handle, Buffer.alloc(10_000, "x"), 0, 10_000, 0, () => {
            socket.destroy();
            resolve();
          });
        });
      });
    });
    client.on("close", () => reject(new Error("refused")));
    client.connect({ sock: socket, ...login });
  });
  await sleep(50);
}
