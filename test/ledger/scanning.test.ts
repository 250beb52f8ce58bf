import { expect } from "chai";
import type { ScanResult } from "../../domain/events/scan-result";
import type { UploadEnd } from "../../domain/events/upload-end";
import type { UploadedObject } from "../../domain/events/uploaded-object";
import type { Ledger } from "../../domain/ledger/ledger";
import { recordScanResult } from "../../domain/ledger/transfers/record-scan-result";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { settleUnconfirmed } from "../../domain/ledger/transfers/settle-unconfirmed";
import type { Settling } from "../../domain/ledger/transfers/settling";
import { unconfirmedTransfers } from "../../domain/ledger/transfers/unconfirmed-transfers";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber } from "../partners-fixture";
import { ended, plainStack, scanned, uploaded } from "../uploads-fixture";

type Event = UploadedObject | UploadEnd | ScanResult;

/** Every order of some things. */
function orders<Value>(values: readonly Value[]): Value[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((value, index) => orders(values.toSpliced(index, 1)).map((rest) => [value, ...rest]));
}

describe("settling transfers of a stack that scans for malware", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher(), subscriber());
  });

  const scanning: Settling = { scan: "guardduty", replicate: null };
  const record = (event: Event, settling = scanning, ledger: Ledger = fixture.ledger) => {
    if ("outcome" in event) return recordUploadEnd(ledger, event, settling);
    if ("status" in event) return recordScanResult(ledger, event, settling);
    return recordUpload(ledger, event, { partner: "acme", fileGroup: "claims" }, settling);
  };
  const recordAll = async (events: readonly Event[], settling = scanning) => {
    const recorded = [];
    for (const event of events) recorded.push(await record(event, settling));
    return recorded;
  };
  const transfers = async () => {
    const { rows } = await fixture.ledger.query<{ state: string; reason: string | null; settled: boolean }>(
      "SELECT state, reason, settled_at IS NOT NULL AS settled FROM transfer ORDER BY id",
    );
    return rows;
  };
  const states = async () => (await transfers()).map(({ state }) => state);
  const deliveries = async () => (await fixture.ledger.query("SELECT FROM delivery")).rowCount;

  const unjudged = (status: string) => `the malware scan could not judge the file (${status})`;
  const cases: [what: string, events: (upload: UploadedObject) => Event[], state: string, reason: string | null][] = [
    ["whole and clean", (upload) => [ended(upload), scanned(upload)], "routed", null],
    ["renamed and clean", (upload) => [ended(upload, "renamed"), scanned(upload)], "routed", null],
    [
      "whole with a threat in it",
      (upload) => [ended(upload), scanned(upload, "THREATS_FOUND")],
      "quarantined",
      "malware was found: EICAR-Test-File",
    ],
    [
      "broken off and clean",
      (upload) => [ended(upload, "failed"), scanned(upload)],
      "truncated",
      "the upload failed (PARTIAL_UPLOAD)",
    ],
    ...(["UNSUPPORTED", "ACCESS_DENIED", "FAILED"] as const).map((status): (typeof cases)[number] => [
      `whole, and the scan says ${status}`,
      (upload) => [ended(upload), scanned(upload, status)],
      "held",
      unjudged(status),
    ]),
    [
      "whole, and a second scan finds it clean",
      (upload) => [ended(upload), scanned(upload, "FAILED"), scanned(upload)],
      "routed",
      null,
    ],
  ];
  for (const [what, events, state, reason] of cases) {
    it(`${what}: ${state}, in whatever order the events come, and once`, async () => {
      const upload = uploaded();
      for (const order of orders([upload, ...events(upload)])) {
        await fixture.clear();
        await fixture.seed(publisher(), subscriber());
        const recorded = [...(await recordAll(order)), ...(await recordAll(order))];
        const [transfer] = await transfers();
        expect(transfer).to.deep.equal({ state, reason, settled: state !== "held" });
        expect(await deliveries()).to.equal(state === "routed" ? 1 : 0);
        const outcomes = recorded.flatMap(({ settled }) => settled).map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome === state)).to.deep.equal([state]);
        expect(recorded.flatMap(({ drains }) => drains)).to.deep.equal(state === "routed" ? ["push:beta/main"] : []);
      }
    });
  }

  it("waits as long as either is missing", async () => {
    for (const missing of [0, 1, 2]) {
      await fixture.clear();
      await fixture.seed(publisher(), subscriber());
      const upload = uploaded();
      await recordAll([upload, ended(upload), scanned(upload)].toSpliced(missing, 1));
      expect(await states()).to.deep.equal(missing === 0 ? [] : ["received"]);
      expect(await deliveries()).to.equal(0);
    }
  });

  it("takes no verdict on another version for this one's, and no end either", async () => {
    const first = uploaded();
    const second = uploaded({ sequencer: `${first.sequencer}1`, uploadedAt: new Date("2026-06-03T17:12:00Z") });
    // Each has its own end, without an etag: the first is complete when the second's comes.
    await recordAll([first, ended(first, "completed", { etag: null })]);
    await recordAll([second, ended(second, "completed", { etag: null }), scanned(second)]);
    expect(await states()).to.deep.equal(["received", "routed"]);
    await record(scanned(first, "THREATS_FOUND"));
    expect(await states()).to.deep.equal(["quarantined", "routed"]);
  });

  it("changes nothing about a transfer that is settled when a threat is found in it, but keeps the finding", async () => {
    const [routed, broken] = [uploaded(), uploaded({ sequencer: "0055AED6DCD90281E6" })];
    await recordAll([routed, ended(routed), scanned(routed), broken, ended(broken, "failed")]);
    const before = await transfers();
    await recordAll([scanned(routed, "THREATS_FOUND"), scanned(broken, "THREATS_FOUND")]);
    expect(await transfers()).to.deep.equal(before);
    const { rowCount } = await fixture.ledger.query("SELECT FROM scan_result WHERE status = 'THREATS_FOUND'");
    expect(rowCount).to.equal(2);
  });

  it("quarantines a threat even where the stack does not scan any more", async () => {
    const upload = uploaded();
    await recordAll([upload, scanned(upload, "THREATS_FOUND"), ended(upload)], plainStack);
    expect(await states()).to.deep.equal(["quarantined"]);
  });

  it("routes what waits for a scan once the stack does not scan any more", async () => {
    const upload = uploaded();
    await recordAll([upload, ended(upload)]);
    await record(upload, plainStack);
    expect(await states()).to.deep.equal(["routed"]);
  });

  it("does not miss each other when all three speak at the same moment", async () => {
    const ledgers = [1, 2, 3].map(() => fixture.connect("quayside_service", 3));
    const rounds = 40;
    for (let round = 0; round < rounds; round += 1) {
      const upload = uploaded();
      await Promise.all(
        [upload, ended(upload), scanned(upload)].map((event, index) => record(event, scanning, ledgers[index])),
      );
    }
    expect(await states()).to.deep.equal(Array(rounds).fill("routed"));
    expect(await deliveries()).to.equal(rounds);
  });

  describe("in the sweep", () => {
    const sweep = async (policy: "hold" | "route") => {
      await fixture.ledger.query("UPDATE transfer SET received_at = now() - interval '1 hour'");
      const waiting = await unconfirmedTransfers(fixture.ledger, 600, 10);
      const settling = { ...scanning, policy, waitedSeconds: 600 };
      for (const transfer of waiting) await settleUnconfirmed(fixture.ledger, transfer, settling);
      return (await transfers()).map(({ state, reason }) => [state, reason]);
    };
    const unscanned = "no malware scan found it clean within 600 s";
    const silence = "nothing confirmed the upload";

    for (const policy of ["hold", "route"] as const) {
      it(`holds what was not scanned, with the policy ${policy}, and a late verdict routes it`, async () => {
        const upload = uploaded();
        await recordAll([upload, ended(upload)]);
        expect(await sweep(policy)).to.deep.equal([["held", unscanned]]);
        await record(scanned(upload));
        expect(await transfers()).to.deep.equal([{ state: "routed", reason: null, settled: true }]);
      });

      it(`holds what nobody said anything about, with the policy ${policy}, until a threat is found`, async () => {
        const upload = uploaded();
        await record(upload);
        expect(await sweep(policy)).to.deep.equal([["held", `${silence} and ${unscanned}`]]);
        await record(scanned(upload, "THREATS_FOUND"));
        expect(await states()).to.deep.equal(["quarantined"]);
      });

      it(`leaves what the scan could not judge, with the policy ${policy}`, async () => {
        const upload = uploaded();
        await recordAll([upload, scanned(upload, "UNSUPPORTED")]);
        expect(await sweep(policy)).to.deep.equal([["held", unjudged("UNSUPPORTED")]]);
        await record(ended(upload));
        expect(await states()).to.deep.equal(["held"]);
      });
    }

    it("applies the policy to what is clean and nothing confirmed", async () => {
      const upload = uploaded();
      await recordAll([upload, scanned(upload)]);
      expect(await sweep("hold")).to.deep.equal([["held", `${silence} within 600 s`]]);
      await fixture.clear();
      await fixture.seed(publisher(), subscriber());
      await recordAll([upload, scanned(upload)]);
      expect(await sweep("route")).to.deep.equal([["routed", `${silence} within 600 s; routed all the same`]]);
    });
  });
});
