import { expect } from "chai";
import { readSettled, type Settled } from "../../domain/ledger/transfers/read-settled";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { objectKey } from "../../domain/paths";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber, subscription } from "../partners-fixture";
import { ended, plainStack, uploaded } from "../uploads-fixture";

describe("readSettled", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
    await fixture.seed(publisher(), subscriber("beta", { subscriptions: [subscription("claims")] }));
    for (const [name, outcome] of [["whole"], ["broken", "failed"], ["unfinished", null]] as const) {
      const upload = uploaded({ objectKey: objectKey(`acme/claims/${name}.json`) });
      await recordUpload(fixture.ledger, upload, { partner: "acme", fileGroup: "claims" }, plainStack);
      if (outcome !== null) await recordUploadEnd(fixture.ledger, ended(upload, outcome), plainStack);
    }
    const alone = uploaded({ objectKey: objectKey("acme/other/alone.json") });
    await recordUpload(fixture.ledger, alone, { partner: "acme", fileGroup: "other" }, plainStack);
    await recordUploadEnd(fixture.ledger, ended(alone), plainStack);
  });
  after(() => fixture.stop());

  const shown = (all: readonly Settled[]) =>
    all.map((one) => [one.fileName, one.state, one.delivery === null ? null : `${one.subscriber}/${one.subscription}`]);

  it("tells of transfers that nobody gets, and of deliveries once they are over", async () => {
    const transfers = await readSettled(fixture.ledger, 0, []);
    expect(shown(transfers)).to.deep.equal([
      ["broken.json", "truncated", null],
      ["alone.json", "routed", null],
    ]);
    const last = transfers.at(-1)?.move ?? 0;
    await fixture.ledger.query("UPDATE delivery SET state = 'failed', reason = 'the server says no'");
    const [failed, ...others] = await readSettled(fixture.ledger, last, []);
    expect(others).to.deep.equal([]);
    expect(failed).to.deep.include({
      ...{ publisher: "acme", fileName: "whole.json", subscriber: "beta", subscription: "claims" },
      ...{ state: "failed", reason: "the server says no", deliveredAs: null },
    });
    expect(failed?.at).to.be.instanceOf(Date);
    expect(failed?.receivedAt).to.be.instanceOf(Date);
    expect(shown(await readSettled(fixture.ledger, 0, [last]))).to.deep.equal([
      ["broken.json", "truncated", null],
      ["whole.json", "failed", "beta/claims"],
    ]);
  });
});
