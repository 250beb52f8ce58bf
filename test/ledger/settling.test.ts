import { expect } from "chai";
import type { UploadEnd } from "../../domain/events/upload-end";
import type { UploadedObject } from "../../domain/events/uploaded-object";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import type { Ledger } from "../../domain/ledger/ledger";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { settleUnconfirmed } from "../../domain/ledger/transfers/settle-unconfirmed";
import { unconfirmedTransfers } from "../../domain/ledger/transfers/unconfirmed-transfers";
import { remotePath } from "../../domain/paths";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber, subscription } from "../partners-fixture";
import { ended, plainStack, uploaded } from "../uploads-fixture";

describe("settling transfers", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  const record = (event: UploadedObject | UploadEnd, ledger: Ledger = fixture.ledger) =>
    "outcome" in event
      ? recordUploadEnd(ledger, event, plainStack)
      : recordUpload(ledger, event, { partner: "acme", fileGroup: "claims" }, plainStack);
  const transfers = async () =>
    (
      await fixture.ledger.query<{ version_id: string; state: string; reason: string | null; settled: boolean }>(
        "SELECT version_id, state, reason, settled_at IS NOT NULL AS settled FROM transfer ORDER BY id",
      )
    ).rows;
  const routed = { state: "routed", reason: null, settled: true };
  const states = async () => (await transfers()).map(({ state }) => state);

  it("routes an upload once both sides have spoken, whichever comes first", async () => {
    await fixture.seed(publisher(), subscriber());
    for (const order of ["S3 first", "Transfer Family first"]) {
      const upload = uploaded();
      const [first, second] = order === "S3 first" ? [upload, ended(upload)] : [ended(upload), upload];
      expect(await record(first), order).to.deep.include({ isNew: true, settled: [], drains: [] });
      const { isNew, settled, drains } = await record(second);
      expect(isNew, order).to.equal(true);
      expect(settled.map(({ outcome, deliveries }) => [outcome, deliveries])).to.deep.equal([["routed", 1]]);
      expect(drains, order).to.deep.equal(order === "S3 first" ? ["push:beta/main"] : []);
    }
  });

  it("writes each kind of delivery with its queues, the very version, and its name", async () => {
    const placed = {
      kind: "place" as const,
      virtualPath: publisher("gamma").folders[1]?.virtualPath,
      objectPrefix: publisher("gamma").folders[1]?.objectPrefix,
      fileName: "{publisher}-{transfer}.{extension}",
      onConflict: "replace" as const,
    };
    const toCsv = { kind: "convert", from: "json", to: "csv", sql: null } as const;
    const push = { kind: "push", destination: "main", remotePath: remotePath("/in"), onConflict: "fail" } as const;
    await fixture.seed(
      publisher(),
      subscriber("beta", {
        subscriptions: [
          subscription("plain"),
          subscription("csv", { transform: [toCsv], delivery: { ...push, fileName: "{stem}.csv" } }),
          subscription("others", { publisher: "somebody" }),
          subscription("csv-only", { match: "*.csv" }),
          subscription("another-group", { fileGroup: "remittances" }),
        ],
      }),
      publisher("gamma", { subscriptions: [subscription("claims", { delivery: placed as never })] }),
    );
    const upload = uploaded();
    await record(upload);
    const { drains } = await record(ended(upload));
    expect(drains).to.deep.equal(["place:gamma", "push:beta/main", "transform:beta"]);
    const { rows } = await fixture.ledger.query(
      `SELECT subscription, state, queue, send_queue, object_key, version_id, size, final_name, attempts,
              ready_at IS NOT NULL AS is_ready, delivery.transfer FROM delivery ORDER BY subscription`,
    );
    const common = { object_key: upload.objectKey, version_id: upload.versionId, size: 1234, attempts: 0 };
    const transfer = rows[0]?.transfer;
    expect(rows).to.deep.equal([
      {
        ...common,
        subscription: "beta/csv",
        state: "waiting",
        queue: "transform:beta",
        send_queue: "push:beta/main",
        final_name: "a.csv",
        is_ready: false,
        transfer,
      },
      {
        ...common,
        subscription: "beta/plain",
        state: "ready",
        queue: "push:beta/main",
        send_queue: "push:beta/main",
        final_name: "a.json",
        is_ready: true,
        transfer,
      },
      {
        ...common,
        subscription: "gamma/claims",
        state: "ready",
        queue: "place:gamma",
        send_queue: "place:gamma",
        final_name: `acme-${transfer}.json`,
        is_ready: true,
        transfer,
      },
    ]);
  });

  it("does not wait for a subscription to another publisher that is being changed", async () => {
    const [own, others] = [subscription("own", { publisher: "acme" }), subscription("others", { publisher: "umbra" })];
    await fixture.seed(publisher(), subscriber("beta", { subscriptions: [own, others, subscription("all")] }));
    const upload = uploaded();
    await record(upload);
    await fixture.connect("quayside_service", 1).transaction(async (reconciling) => {
      await reconciling.query("SELECT FROM subscription WHERE name = 'others' FOR UPDATE");
      const { settled } = await record(ended(upload));
      expect(settled.map(({ deliveries }) => deliveries)).to.deep.equal([2]);
    });
  });

  it("routes to nobody where nobody subscribes, or the subscriber is disabled", async () => {
    await fixture.seed(publisher(), subscriber());
    await fixture.ledger.transaction((transaction) => disablePartner(transaction, "beta", "seed"));
    const upload = uploaded();
    await record(upload);
    const { settled, drains } = await record(ended(upload));
    expect(settled.map(({ outcome, deliveries }) => [outcome, deliveries])).to.deep.equal([["routed", 0]]);
    expect(drains).to.deep.equal([]);
  });

  it("marks a failed upload as truncated, and its repetition is routed", async () => {
    await fixture.seed(publisher(), subscriber());
    const broken = uploaded({ size: 10 });
    const whole = uploaded({ sequencer: "0055AED6DCD90281E6", uploadedAt: new Date("2026-06-03T17:12:00Z") });
    for (const event of [whole, ended(broken, "failed", { etag: null }), ended(whole), broken]) await record(event);
    const rows = await transfers();
    expect(rows.map(({ state, reason, settled }) => [state, reason, settled])).to.deep.equal([
      ["routed", null, true],
      ["truncated", "the upload failed (PARTIAL_UPLOAD)", true],
    ]);
  });

  describe("with a failure that names no etag", () => {
    const second = (seconds: number) => new Date(Date.parse("2026-06-03T17:11:06.500Z") + seconds * 1000);
    const whole = () => uploaded({ sequencer: "0001", size: 5000, uploadedAt: second(0) });
    const broken = () => uploaded({ sequencer: "0002", size: 300, uploadedAt: second(2) });
    const failed = (upload: UploadedObject) => ended(upload, "failed", { etag: null });
    const recordAll = async (...events: (UploadedObject | UploadEnd)[]) => {
      for (const event of events) await record(event);
      return states();
    };
    beforeEach(() => fixture.seed(publisher(), subscriber()));

    it("takes back that another upload broke off, once that one's completion names it", async () => {
      for (const says of [{}, { etag: null }, { etag: null, startedAt: second(-1) }]) {
        await fixture.clear();
        await fixture.seed(publisher(), subscriber());
        const [good, bad] = [whole(), broken()];
        expect(await recordAll(good, failed(bad))).to.deep.equal(["truncated"]);
        expect(await recordAll(ended(good, "completed", says))).to.deep.equal(["routed"]);
        expect(await recordAll(bad)).to.deep.equal(["routed", "truncated"]);
        const { rows } = await fixture.ledger.query<{ from_state: string }>(
          "SELECT from_state FROM state_change WHERE to_state = 'received' AND from_state IS NOT NULL",
        );
        expect(rows).to.deep.equal([{ from_state: "truncated" }]);
        expect(await transfers()).to.deep.include({ version_id: good.versionId, ...routed });
      }
    });

    it("leaves it at that for a completion that means another upload", async () => {
      const [bad, again] = [broken(), uploaded({ sequencer: "0003", size: 300, uploadedAt: second(60) })];
      // S3 has not told of the repetition yet, and the bytes are the same; so is the etag where the content is.
      const says = { startedAt: second(59) };
      expect(await recordAll(bad, failed(bad), ended(again, "completed", says))).to.deep.equal(["truncated"]);
      const same = { ...again, versionId: "same", etag: bad.etag };
      expect(await recordAll(ended(same, "completed", says))).to.deep.equal(["truncated"]);
      expect(await recordAll(again, same)).to.deep.equal(["truncated", "routed", "routed"]);
    });

    it("leaves it at that where failure and completion tell of as many bytes, or the failure has named it", async () => {
      const [bad, named] = [broken(), uploaded({ sequencer: "0003" })];
      await recordAll(bad, failed(bad), named, ended(named, "failed"));
      const completed = [ended(bad, "completed", { etag: null }), ended(named)];
      expect(await recordAll(...completed)).to.deep.equal(["truncated", "truncated"]);
    });

    it("does not take the repetition of an upload that left nothing for the broken one", async () => {
      const again = uploaded({ uploadedAt: second(0.6) });
      const left = ended(again, "failed", { etag: null, bytes: 0, at: second(0) });
      expect(await recordAll(again, left)).to.deep.equal(["received"]);
      expect(await recordAll(ended(again, "completed", { at: second(0.7) }))).to.deep.equal(["routed"]);
    });
  });

  it("routes what a rename completed", async () => {
    await fixture.seed(publisher(), subscriber());
    const copy = uploaded();
    await record(ended(copy, "renamed"));
    await record(copy);
    expect(await states()).to.deep.equal(["routed"]);
  });

  it("links the end to the transfer that it settled", async () => {
    await fixture.seed(publisher());
    const upload = uploaded();
    await record(upload);
    await record(ended(upload));
    const { rows } = await fixture.ledger.query(
      "SELECT upload_end.transfer = transfer.id AS linked, detail FROM upload_end, transfer",
    );
    expect(rows).to.deep.equal([{ linked: true, detail: { protocol: "SFTP" } }]);
  });

  it("starts a drain once, until somebody has left it", async () => {
    await fixture.seed(publisher(), subscriber());
    const drains: string[] = [];
    for (let file = 0; file < 5; file += 1) {
      const upload = uploaded();
      await record(upload);
      drains.push(...(await record(ended(upload))).drains);
    }
    expect(drains).to.deep.equal(["push:beta/main"]);
  });

  it("does not miss each other when both sides speak at the same moment", async () => {
    await fixture.seed(publisher(), subscriber());
    const [one, other] = [fixture.connect("quayside_service", 4), fixture.connect("quayside_service", 4)];
    const rounds = 50;
    for (let round = 0; round < rounds; round += 1) {
      const upload = uploaded();
      await Promise.all([record(upload, one), record(ended(upload), other)]);
    }
    expect(await states()).to.deep.equal(Array(rounds).fill("routed"));
    expect((await fixture.ledger.query("SELECT FROM delivery")).rowCount).to.equal(rounds);
  });

  describe("of uploads that nothing confirms", () => {
    const waitAnHour = () => fixture.ledger.query("UPDATE transfer SET received_at = now() - interval '1 hour'");
    const unconfirmed = async () => {
      const [transfer] = await unconfirmedTransfers(fixture.ledger, 600, 10);
      if (transfer === undefined) throw new Error("nothing is unconfirmed");
      return transfer;
    };
    const sweepOne = async (policy: "hold" | "route") =>
      settleUnconfirmed(fixture.ledger, await unconfirmed(), { ...plainStack, policy, waitedSeconds: 600 });

    it("waits as long as it was told, oldest first, no more than asked", async () => {
      await fixture.seed(publisher());
      await record(uploaded());
      expect(await unconfirmedTransfers(fixture.ledger, 600, 10)).to.deep.equal([]);
      await waitAnHour();
      await record(uploaded());
      expect(await unconfirmedTransfers(fixture.ledger, 600, 10)).to.have.length(1);
      await fixture.ledger.query("UPDATE transfer SET received_at = received_at - interval '1 day'");
      expect((await unconfirmedTransfers(fixture.ledger, 600, 10)).map(({ id }) => id)).to.have.length(2);
      expect(await unconfirmedTransfers(fixture.ledger, 600, 1)).to.have.length(1);
    });

    it("holds them, and a late event still settles them", async () => {
      await fixture.seed(publisher(), subscriber());
      const upload = uploaded();
      await record(upload);
      await waitAnHour();
      const { settled, drains } = await sweepOne("hold");
      expect(settled.map(({ outcome, reason }) => [outcome, reason])).to.deep.equal([
        ["held", "nothing confirmed the upload within 600 s"],
      ]);
      expect(drains).to.deep.equal([]);
      expect(await states()).to.deep.equal(["held"]);
      expect(await unconfirmedTransfers(fixture.ledger, 600, 10)).to.deep.equal([]);
      expect((await record(ended(upload))).drains).to.deep.equal(["push:beta/main"]);
      expect((await transfers()).map(({ state, reason }) => [state, reason])).to.deep.equal([["routed", null]]);
    });

    it("routes them all the same where that is the policy, and says so", async () => {
      await fixture.seed(publisher(), subscriber());
      await record(uploaded());
      await waitAnHour();
      const { settled, drains } = await sweepOne("route");
      expect(settled.map(({ outcome, deliveries }) => [outcome, deliveries])).to.deep.equal([["routed", 1]]);
      expect(drains).to.deep.equal(["push:beta/main"]);
      expect((await transfers())[0]?.reason).to.equal("nothing confirmed the upload within 600 s; routed all the same");
    });

    it("lets one of two sweeps at the same moment do it", async () => {
      await fixture.seed(publisher(), subscriber());
      await record(uploaded());
      await waitAnHour();
      const transfer = await unconfirmed();
      const settling = { ...plainStack, policy: "route", waitedSeconds: 600 } as const;
      const sweep = () => settleUnconfirmed(fixture.ledger, transfer, settling);
      const both = await Promise.all([sweep(), sweep()]);
      expect(both.flatMap(({ settled }) => settled)).to.have.length(1);
      expect(both.flatMap(({ drains }) => drains)).to.deep.equal(["push:beta/main"]);
    });
  });
});
