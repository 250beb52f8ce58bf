import { expect } from "chai";
import type { Entitlements } from "../../domain/entitlements";
import { claimDeliveries } from "../../domain/ledger/deliveries/claim-deliveries";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import { takeOrphanedDrains } from "../../domain/ledger/drains";
import { applyEntitlements } from "../../domain/ledger/entitlements/apply-entitlements";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import { findFolder } from "../../domain/ledger/entitlements/find-folder";
import { findLogin } from "../../domain/ledger/entitlements/find-login";
import { readLedger } from "../../domain/ledger/transfers/read-ledger";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { logicalDirectories } from "../../domain/logical-directories";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber, subscription } from "../partners-fixture";
import { bucket, ended, plainStack, uploaded } from "../uploads-fixture";

describe("a renamed partner in the ledger", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  const apply = (entitlements: Entitlements) =>
    fixture.ledger.transaction((transaction) =>
      applyEntitlements(transaction, entitlements, { main: "push/main" }, "source"),
    );
  /** What the files say after the rename: another id, everything else as it was. */
  const renamed = (before: Entitlements, partner: string, ...previously: string[]): Entitlements => ({
    ...before,
    partner,
    previously,
  });
  const route = async (name = "a.json") => {
    const upload = uploaded({ objectKey: `acme/claims/${name}` as ReturnType<typeof uploaded>["objectKey"] });
    const folder = await findFolder(fixture.ledger, upload.objectKey);
    if (folder?.fileGroup == null) throw new Error("nobody's folder");
    await recordUpload(fixture.ledger, upload, { partner: folder.partner, fileGroup: folder.fileGroup }, plainStack);
    return recordUploadEnd(fixture.ledger, ended(upload), plainStack);
  };
  const queues = async () =>
    (await fixture.ledger.query("SELECT queue, send_queue, state FROM delivery ORDER BY id")).rows;

  it("keeps login, files and history, under the new id", async () => {
    await apply(publisher());
    await apply(subscriber());
    await route();
    expect(await apply(renamed(publisher(), "umbra", "acme"))).to.deep.equal({
      formerUsername: null,
      formerId: "acme",
      cancelled: 0,
      requeued: 0,
    });
    const login = await findLogin(fixture.ledger, "acme-login");
    expect(login?.partner).to.equal("umbra");
    expect(logicalDirectories(bucket, login?.folders ?? []).map(({ Target }) => Target)).to.deep.equal([
      "/files/acme/claims",
      "/files/acme/inbox",
    ]);
    expect((await readLedger(fixture.ledger)).map((row) => row.publisher)).to.deep.equal(["umbra"]);
    expect((await fixture.ledger.query("SELECT id FROM partner ORDER BY id")).rows).to.deep.equal([
      { id: "beta" },
      { id: "umbra" },
    ]);
  });

  it("takes uploads into the folders it had as its own", async () => {
    await apply(publisher());
    await apply(renamed(publisher(), "umbra", "acme"));
    expect(await findFolder(fixture.ledger, "acme/claims/a.json")).to.deep.include({
      partner: "umbra",
      fileGroup: "claims",
    });
  });

  it("still reaches who subscribed to its files", async () => {
    await apply(publisher());
    await apply(subscriber("beta", { subscriptions: [subscription("claims", { publisher: "acme" })] }));
    await apply(renamed(publisher(), "umbra", "acme"));
    expect((await route()).settled.map(({ deliveries }) => deliveries)).to.deep.equal([1]);
  });

  it("moves what is not delivered yet to the queues of the new id, and lets the sweep send jobs there", async () => {
    const toCsv = { kind: "convert", from: "json", to: "csv", sql: null } as const;
    const before = subscriber("beta", {
      subscriptions: [subscription("as-csv", { transform: [toCsv] }), subscription("claims")],
    });
    await apply(publisher());
    // Another partner whose id begins alike keeps its queue.
    await apply(subscriber("beta-two"));
    await apply(before);
    await route();
    await apply(renamed(before, "gamma", "beta"));
    expect(await queues()).to.have.deep.members([
      { queue: "transform:gamma", send_queue: "push:gamma/main", state: "waiting" },
      { queue: "push:gamma/main", send_queue: "push:gamma/main", state: "ready" },
      { queue: "push:beta-two/main", send_queue: "push:beta-two/main", state: "ready" },
    ]);
    const orphaned = await fixture.ledger.transaction((transaction) => takeOrphanedDrains(transaction));
    expect(orphaned.map(({ queue }) => queue)).to.deep.equal(["push:gamma/main", "transform:gamma"]);
    const claimed = await claimDeliveries(fixture.ledger, {
      queue: "push:gamma/main",
      stage: sendStage,
      owner: "job",
      limit: 10,
    });
    expect(claimed.map(({ partner, subscription }) => [partner, subscription])).to.deep.equal([["gamma", "claims"]]);
  });

  it("leaves a delivery that a job is sending with that job", async () => {
    await apply(publisher());
    await apply(subscriber());
    await route();
    await claimDeliveries(fixture.ledger, { queue: "push:beta/main", stage: sendStage, owner: "job", limit: 1 });
    await apply(renamed(subscriber(), "gamma", "beta"));
    const { rows } = await fixture.ledger.query("SELECT subscription, state, lease_owner FROM delivery");
    expect(rows).to.deep.equal([{ subscription: "gamma/claims", state: "sending", lease_owner: "job" }]);
  });

  it("can be repeated, and renamed again, also where a step in between was never applied", async () => {
    await apply(publisher());
    await apply(renamed(publisher(), "umbra", "acme"));
    expect((await apply(renamed(publisher(), "umbra", "acme"))).formerId).to.equal(null);
    expect((await apply(renamed(publisher(), "zenith", "acme", "umbra"))).formerId).to.equal("umbra");
    await fixture.clear();
    await apply(publisher());
    expect((await apply(renamed(publisher(), "zenith", "acme", "umbra"))).formerId).to.equal("acme");
  });

  it("can be renamed back", async () => {
    await apply(publisher());
    await apply(renamed(publisher(), "umbra", "acme"));
    expect((await apply(renamed(publisher(), "acme", "acme", "umbra"))).formerId).to.equal("umbra");
    expect((await findLogin(fixture.ledger, "acme-login"))?.partner).to.equal("acme");
  });

  it("is a new partner where the former one was never applied", async () => {
    expect((await apply(renamed(publisher(), "umbra", "acme"))).formerId).to.equal(null);
    expect((await findLogin(fixture.ledger, "acme-login"))?.partner).to.equal("umbra");
  });

  it("is disabled by its original id, which is what the program knows it by", async () => {
    await apply(publisher());
    await apply(renamed(publisher(), "umbra", "acme"));
    const disabled = await fixture.ledger.transaction((transaction) => disablePartner(transaction, "acme", "source"));
    expect(disabled).to.deep.include({ outcome: "disabled", partner: "umbra", username: "acme-login" });
    expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
  });

  it("refuses to become a partner that has a history, in words, and changes nothing", async () => {
    await apply(publisher());
    await apply(subscriber("umbra"));
    const error = await apply(renamed(publisher(), "umbra", "acme")).catch((failure: Error) => failure.message);
    expect(error).to.contain("acme and umbra are partners with a history of their own, so acme cannot become umbra");
    expect((await findLogin(fixture.ledger, "acme-login"))?.partner).to.equal("acme");
  });

  it("loses no delivery to uploads that are routed meanwhile", async () => {
    const onlyAcme = { subscriptions: [subscription("claims", { publisher: "acme" })] };
    for (let round = 0; round < 20; round += 1) {
      await fixture.clear();
      await apply(publisher());
      await apply(subscriber("beta", onlyAcme));
      // The partner may go while its upload is recorded; the message then comes again, as from any failure.
      const routeAgain = (name: string) => route(name).catch(() => route(name));
      await Promise.all([
        routeAgain("first.json"),
        apply(renamed(publisher(), "umbra", "acme")),
        apply(renamed(subscriber("beta", onlyAcme), "gamma", "beta")),
        routeAgain("second.json"),
      ]);
      expect(await queues(), `round ${round}`).to.deep.equal(
        Array.from({ length: 2 }, () => ({ queue: "push:gamma/main", send_queue: "push:gamma/main", state: "ready" })),
      );
    }
  });
});
