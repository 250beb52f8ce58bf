import { expect } from "chai";
import type { Entitlements } from "../../domain/entitlements";
import type { UploadedObject } from "../../domain/events/uploaded-object";
import { type ClaimedDelivery, claimDeliveries } from "../../domain/ledger/deliveries/claim-deliveries";
import { failDelivery } from "../../domain/ledger/deliveries/fail-delivery";
import { markDelivered } from "../../domain/ledger/deliveries/mark-delivered";
import { markRenaming } from "../../domain/ledger/deliveries/mark-renaming";
import { releaseDeliveries } from "../../domain/ledger/deliveries/release-deliveries";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { settleKey } from "../../domain/ledger/transfers/settle-key";
import { objectKey, remotePath } from "../../domain/paths";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber, subscription } from "../partners-fixture";
import { bucket, ended, plainStack, uploaded } from "../uploads-fixture";

describe("versions of a key whose events come in another order than they were uploaded", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  const beta = (
    onConflict: "replace" | "rename" | "fail",
    { fileName = "{name}", destination = "main" } = {},
  ): Entitlements => {
    const delivery = { kind: "push" as const, destination, remotePath: remotePath("/in"), fileName, onConflict };
    const destinations = subscriber().destinations.map((main) => ({ ...main, name: destination }));
    return subscriber("beta", { destinations, subscriptions: [subscription("claims", { delivery })] });
  };
  const subscribe = (onConflict: "replace" | "rename" | "fail", fileName?: string) =>
    fixture.seed(publisher(), beta(onConflict, fileName === undefined ? {} : { fileName }));
  const start = Date.parse("2026-06-03T17:11:06.500Z");
  /** The n-th upload of acme's `a.json`; as on S3, the first sequencer's missing digits are zeros. */
  const version = (n: number, overrides: Partial<UploadedObject> = {}) => {
    const sequencer = n === 0 ? "0055AED6DC" : `0055AED6DC0${n}`;
    return uploaded({ versionId: `v${n}`, sequencer, uploadedAt: new Date(start + n * 10_000), ...overrides });
  };
  const folder = { partner: "acme", fileGroup: "claims" };
  const receive = async (upload: UploadedObject) => {
    await recordUpload(fixture.ledger, upload, folder, plainStack);
    const { settled } = await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    return settled.map(({ deliveries, superseded }) => ({ deliveries, superseded }));
  };
  const claim = (ledger = fixture.ledger) =>
    claimDeliveries(ledger, { queue: "push:beta/main", stage: sendStage, owner: "job", limit: 10 });
  const own = ({ id }: ClaimedDelivery) => ({ delivery: id, stage: sendStage, owner: "job" });
  const claimOne = async () => {
    const [claimed, ...others] = await claim();
    if (claimed === undefined || others.length > 0) throw new Error("expected one delivery");
    return claimed;
  };
  const deliver = async (claimed: ClaimedDelivery) => {
    await markDelivered(fixture.ledger, own(claimed), { deliveredAs: "/in/a.json", size: 1234, sha256: "ab" });
    return claimed.versionId;
  };
  const due = () => fixture.ledger.query("UPDATE delivery SET next_attempt_at = now()");
  const deliveries = async () =>
    (await fixture.ledger.query("SELECT version_id, state, reason FROM delivery ORDER BY id")).rows;

  for (const onConflict of ["replace", "rename", "fail"] as const) {
    it(`go in the order in which they were uploaded (${onConflict})`, async () => {
      await subscribe(onConflict);
      for (const n of [2, 0, 3, 1]) await receive(version(n));
      await due();
      const delivered = [];
      for (let i = 0; i < 4; i++) delivered.push(await deliver(await claimOne()));
      expect(delivered).to.deep.equal(["v0", "v1", "v2", "v3"]);
    });
  }

  const newerIs: [what: string, (claimed: ClaimedDelivery) => Promise<unknown>][] = [
    ["is being sent", async () => {}],
    ["was sent", deliver],
    [
      "may have arrived before its job broke off",
      async (claimed) => {
        await markRenaming(fixture.ledger, own(claimed), { to: "/in/a.json", sha256: "ab" });
        await releaseDeliveries(fixture.ledger, { stage: sendStage, owner: "job", reason: "stopped" });
      },
    ],
  ];
  for (const [what, settle] of newerIs) {
    it(`do not replace a newer one that ${what}`, async () => {
      await subscribe("replace");
      await receive(version(2));
      await settle(await claimOne());
      expect(await receive(version(1))).to.deep.equal([{ deliveries: 0, superseded: 1 }]);
      expect((await deliveries()).at(-1)).to.deep.equal({
        ...{ version_id: "v1", state: "cancelled", reason: "superseded: the newer version v2 was sent first" },
      });
      expect(await receive(version(3))).to.deep.equal([{ deliveries: 1, superseded: 0 }]);
    });
  }

  it("go all the same where the newer one has failed", async () => {
    await subscribe("replace");
    await receive(version(2));
    await failDelivery(fixture.ledger, own(await claimOne()), { reason: "no space left" });
    expect(await receive(version(1))).to.deep.equal([{ deliveries: 1, superseded: 0 }]);
  });

  it("go all the same where nothing is replaced: under a name of their own, beside the newer one, or of another key", async () => {
    const older: [onConflict: "replace" | "rename", fileName: string, key: string][] = [
      ["replace", "{transfer}.json", "acme/claims/a.json"],
      ["rename", "{name}", "acme/claims/a.json"],
      ["replace", "{name}", "acme/claims/2026/a.json"],
    ];
    for (const [onConflict, fileName, key] of older) {
      await fixture.clear();
      await subscribe(onConflict, fileName);
      await receive(version(2));
      await deliver(await claimOne());
      const settled = await receive(version(1, { objectKey: objectKey(key) }));
      expect(settled, fileName).to.deep.equal([{ deliveries: 1, superseded: 0 }]);
    }
  });

  it("go all the same where the newer one went to another server", async () => {
    await subscribe("replace");
    await receive(version(2));
    await deliver(await claimOne());
    await fixture.seed(beta("replace", { destination: "new" }));
    expect(await receive(version(1))).to.deep.equal([{ deliveries: 1, superseded: 0 }]);
  });

  it("do not replace a newer one that was sent before its subscriber got another id", async () => {
    await subscribe("replace");
    await receive(version(2));
    await deliver(await claimOne());
    await fixture.seed({ ...beta("replace"), partner: "gamma", previously: ["beta"] });
    expect(await receive(version(1))).to.deep.equal([{ deliveries: 0, superseded: 1 }]);
  });

  it("let no job claim the newer one while the older one is being routed", async () => {
    await subscribe("replace");
    await receive(version(2));
    await recordUpload(fixture.ledger, version(1), folder, plainStack);
    const [other, job] = [fixture.connect("quayside_service", 1), fixture.connect("quayside_service", 1)];
    const end = ended(version(1));
    await other.query(
      `INSERT INTO upload_end (event_id, bucket, object_key, outcome, etag, at, detail)
       SELECT 'an-event', bucket, object_key, 'completed', etag, $1, '{}' FROM transfer WHERE version_id = 'v1'`,
      [end.at],
    );
    await other.transaction(async (transaction) => {
      const { settled } = await settleKey(transaction, bucket, end.objectKey, plainStack);
      expect(settled.map(({ deliveries }) => deliveries)).to.deep.equal([1]);
      expect(await claim(job)).to.deep.equal([]);
    });
    expect((await claim(job)).map(({ versionId }) => versionId)).to.deep.equal(["v1"]);
  });
});
