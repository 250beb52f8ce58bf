import { expect } from "chai";
import { readLedger } from "../../domain/ledger/transfers/read-ledger";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { objectKey } from "../../domain/paths";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber, subscription } from "../partners-fixture";
import { ended, plainStack, uploaded } from "../uploads-fixture";

describe("readLedger", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
    await fixture.seed(
      publisher(),
      subscriber("beta", { subscriptions: [subscription("claims"), subscription("copies")] }),
    );
    for (const name of ["first", "second", "third"]) {
      const upload = uploaded({ objectKey: objectKey(`acme/claims/${name}.json`) });
      await recordUpload(fixture.ledger, upload, { partner: "acme", fileGroup: "claims" }, plainStack);
      if (name !== "third") await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    }
    await fixture.ledger.query(
      "UPDATE transfer SET received_at = '2026-01-01T12:00:00Z' WHERE file_name = 'first.json'",
    );
    await fixture.ledger.query(
      `UPDATE delivery SET state = 'sending', lease_until = now() FROM transfer
       WHERE delivery.transfer = transfer.id AND file_name = 'first.json' AND subscription = 'beta/claims'`,
    );
    await fixture.ledger.query(
      `UPDATE delivery SET state = 'delivered', lease_until = NULL, delivered_as = '/inbox/first.json', attempts = 2,
              sha256 = 'ab12', delivered_at = '2026-01-01T12:01:00Z' WHERE state = 'sending'`,
    );
  });
  after(() => fixture.stop());

  it("reads transfers with their deliveries, newest first", async () => {
    const rows = await readLedger(fixture.ledger);
    expect(rows.map(({ fileName, state, deliveries }) => [fileName, state, deliveries.length])).to.deep.equal([
      ["third.json", "received", 0],
      ["second.json", "routed", 2],
      ["first.json", "routed", 2],
    ]);
    const first = rows[2];
    expect(first).to.deep.include({
      publisher: "acme",
      fileGroup: "claims",
      size: 1234,
      sha256: null,
      reason: null,
      receivedAt: new Date("2026-01-01T12:00:00Z"),
    });
    expect(first?.settledAt).to.be.instanceOf(Date);
    expect(first?.deliveries[0]).to.deep.include({
      subscriber: "beta",
      subscription: "claims",
      state: "delivered",
      deliveredAs: "/inbox/first.json",
      size: 1234,
      sha256: "ab12",
      attempts: 2,
      reason: null,
      deliveredAt: new Date("2026-01-01T12:01:00Z"),
    });
    expect(first?.deliveries[1]).to.deep.include({ subscription: "copies", state: "ready", deliveredAt: null });
  });

  it("reads since a time, and no more than asked", async () => {
    const since = new Date("2026-01-01T12:00:00.001Z");
    expect((await readLedger(fixture.ledger, { since })).map(({ fileName }) => fileName)).to.deep.equal([
      "third.json",
      "second.json",
    ]);
    expect((await readLedger(fixture.ledger, { limit: 1 })).map(({ fileName }) => fileName)).to.deep.equal([
      "third.json",
    ]);
    expect(await readLedger(fixture.ledger, { since: new Date("2999-01-01") })).to.deep.equal([]);
  });
});
