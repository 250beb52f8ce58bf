import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { generateKeyPair } from "../../local/sftp/key-pair";
import { openssh } from "../../local/sftp/openssh-client";
import { type OpensshServer, startOpensshServer, withSshd } from "../jobs/openssh-server";
import { partnerFiles } from "./partner-files";
import { type RunningService, settledWith } from "./running-service";

const claimsSql = `
WITH line AS (SELECT identifier[1].value AS claim, unnest(item) AS item FROM input)
SELECT claim, item.sequence AS line, item.productOrService.coding[1].code AS code FROM line ORDER BY line`;

const realClaim = "test/fixtures/ExplanationOfBenefit-HHA.json";

const payerKey = generateKeyPair();

/** The payer's own server is the subscriber's. */
const journeyPartners = (subscriber: OpensshServer): Record<string, string> => ({
  ...partnerFiles("clinic", {
    login: { passwordVersion: 1 },
    folders: [
      { virtualPath: "/claims", access: "upload", fileGroup: "claims" },
      { virtualPath: "/back", access: "download" },
    ],
  }),
  ...partnerFiles(
    "payer",
    {
      login: { username: "payer-edi" },
      folders: [{ virtualPath: "/remittances", access: "upload", fileGroup: "remittances" }],
      destinations: {
        intake: {
          ...{ host: "127.0.0.1", port: subscriber.port, username: subscriber.username, authentication: "key" },
          hostKeys: subscriber.hostKeys.slice(0, 1),
        },
      },
    },
    {
      keys: { edi: payerKey.publicKey },
      transforms: { claims: claimsSql },
      subscriptions: {
        claims: {
          fileGroup: "claims",
          transform: [{ convert: { from: "json", to: "csv", sql: "transforms/claims.sql" } }],
          deliver: { push: { destination: "intake", remotePath: subscriber.folder } },
        },
      },
    },
  ),
  ...partnerFiles(
    "archive",
    { login: { passwordVersion: 1 }, folders: [{ virtualPath: "/all", access: "download" }] },
    { subscriptions: { claims: { fileGroup: "claims", deliver: { place: { virtualPath: "/all" } } } } },
  ),
  ...partnerFiles("bystander", {
    login: { passwordVersion: 1 },
    folders: [{ virtualPath: "/in", access: "download" }],
  }),
  ...partnerFiles("fenced", {
    login: { passwordVersion: 1, sourceAddresses: ["127.0.0.77/32"] },
    folders: [{ virtualPath: "/in", access: "download" }],
  }),
});

/** Declares the tests of a service that has the file groups `claims` and `remittances`, and gets partners for them. */
export function mainJourney(started: () => RunningService): void {
  withSshd("sftp").describe("The main journey, with stock OpenSSH on both ends", () => {
    let running: RunningService;
    let subscriber: OpensshServer;
    before(async () => {
      running = started();
      subscriber = await startOpensshServer();
      await running.write(journeyPartners(subscriber));
      await running.service.up();
      running.service.fillPushSecret("payer", "intake", { privateKey: subscriber.privateKey });
    });
    after(() => subscriber?.stop());
    const passwordOf = (username: string) => running.service.issuedPassword(username) ?? "";
    const byPassword = (username: string) => ({ username, password: passwordOf(username) });

    it("takes a password, shows the partner its own folders and nothing else", async () => {
      const { exitCode, stdout } = await openssh(running.server, byPassword("clinic"), ["ls -1 /"]);
      expect(exitCode).to.equal(0);
      expect(stdout.split("\n").filter((line) => line.startsWith("/"))).to.deep.equal(["/back", "/claims"]);
    });

    it("takes a key", async () => {
      const login = { username: "payer-edi", privateKey: payerKey.privateKey };
      const { exitCode, stdout } = await openssh(running.server, login, ["ls -1 /"]);
      expect(exitCode).to.equal(0);
      expect(stdout).to.include("/remittances").and.not.include("/claims");
    });

    it("brings a real claim as CSV to the subscriber's server, whole and under its final name only, and to the second subscriber as it was", async () => {
      const sent = await readFile(realClaim);
      const put = await openssh(running.server, byPassword("clinic"), [`put ${realClaim} /claims/hha-1.json`]);
      expect(put.exitCode, put.stderr).to.equal(0);
      const row = await running.transfer("hha-1.json", settledWith(2));
      const [archived, pushed] = [...row.deliveries].sort((a, b) => (a.subscriber < b.subscriber ? -1 : 1));
      expect(row.deliveries.map(({ subscriber: who, state }) => [who, state])).to.have.deep.members([
        ["archive", "delivered"],
        ["payer", "delivered"],
      ]);

      expect(await readdir(subscriber.folder)).to.deep.equal(["hha-1.csv"]);
      const csv = await readFile(join(subscriber.folder, "hha-1.csv"), "utf8");
      expect(csv.split("\n")[0]).to.equal("claim,line,code");
      expect(csv.trim().split("\n")).to.have.length(1 + JSON.parse(sent.toString()).item.length);
      expect(pushed).to.include({
        deliveredAs: `${subscriber.folder}/hha-1.csv`,
        size: Buffer.byteLength(csv),
        sha256: sha256(csv),
        attempts: 1,
      });
      expect(pushed?.deliveredAt).to.be.an.instanceOf(Date);

      const local = join(tmpdir(), `quayside-got-${process.pid}.json`);
      const got = await openssh(running.server, byPassword("archive"), [`get /all/hha-1.json ${local}`]);
      expect(got.exitCode, got.stderr).to.equal(0);
      expect(await readFile(local)).to.deep.equal(sent);
      await rm(local);
      expect(archived).to.include({ size: sent.byteLength, sha256: sha256(sent) });
      expect(row).to.include({ publisher: "clinic", size: sent.byteLength, sha256: sha256(sent) });
    });

    it("gives a partner without a subscription nothing", async () => {
      const { exitCode, stdout } = await openssh(running.server, byPassword("bystander"), ["ls -1 /in"]);
      expect(exitCode).to.equal(0);
      expect(stdout.trim().split("\n").slice(1)).to.deep.equal([]);
    });

    it("lets nobody read another partner's files, however the path is written", async () => {
      for (const path of [
        "/archive/all/hha-1.json",
        "/in/../../archive/all/hha-1.json",
        "/all/hha-1.json",
        "/../archive/all",
      ]) {
        const { exitCode } = await openssh(running.server, byPassword("bystander"), [`get ${path} /dev/null`]);
        expect(exitCode, path).to.not.equal(0);
      }
      // What one uploaded, a stolen login cannot read back.
      const { exitCode, stderr } = await openssh(running.server, byPassword("clinic"), [
        "get /claims/hha-1.json /dev/null",
      ]);
      expect(exitCode).to.not.equal(0);
      expect(stderr).to.match(/permission denied/i);
    });

    it("takes an upload under a temporary name and routes it when it is renamed, once", async () => {
      const file = join(tmpdir(), `quayside-put-${process.pid}.json`);
      await writeFile(file, '{"identifier":[{"value":"c-9"}],"item":[{"sequence":1}]}');
      const { exitCode, stderr } = await openssh(running.server, byPassword("clinic"), [
        `put ${file} /claims/renamed.json.part`,
        "rename /claims/renamed.json.part /claims/renamed.json",
      ]);
      await rm(file);
      expect(exitCode, stderr).to.equal(0);
      await running.transfer("renamed.json", settledWith(2));
      expect((await running.rows()).filter(({ fileName }) => fileName.startsWith("renamed"))).to.have.length(1);
    });

    it("ends a delivery as failed, with row and reason, when the file does not fit the transform", async () => {
      const file = join(tmpdir(), `quayside-broken-${process.pid}.json`);
      await writeFile(file, '{"identifier": [');
      await openssh(running.server, byPassword("clinic"), [`put ${file} /claims/broken.json`]);
      await rm(file);
      const row = await running.transfer("broken.json", settledWith(2));
      const [archived, pushed] = [...row.deliveries].sort((a, b) => (a.subscriber < b.subscriber ? -1 : 1));
      expect(archived).to.include({ state: "delivered" });
      expect(pushed).to.include({ state: "failed" });
      expect(pushed?.reason).to.match(/json/i);
      expect(await readdir(subscriber.folder)).to.not.include("broken.csv");
    });

    it("refuses a wrong password, an unknown user and an address outside the list in the same words", async () => {
      const attempts = await Promise.all([
        openssh(running.server, { username: "clinic", password: "wrong" }, ["ls"]),
        openssh(running.server, { username: "nobody-knows-me", password: "wrong" }, ["ls"]),
        openssh(running.server, byPassword("fenced"), ["ls"]),
        openssh(running.server, { username: "payer-edi", privateKey: generateKeyPair().privateKey }, ["ls"]),
      ]);
      for (const { exitCode } of attempts) expect(exitCode).to.equal(255);
      const words = attempts.map(({ stderr }) => stderr.replace(/^.*@127\.0\.0\.1: /m, "").replace(/\(.*\)/, ""));
      expect(new Set(words).size, words.join("|")).to.equal(1);
      // The fenced login is fine from where it belongs.
      const { exitCode, stderr } = await openssh(
        running.server,
        byPassword("fenced"),
        ["ls"],
        ["-o", "BindAddress=127.0.0.77"],
      );
      expect(exitCode, stderr).to.equal(0);
    });
  });
}

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
