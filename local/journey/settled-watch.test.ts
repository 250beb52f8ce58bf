import { expect } from "chai";
import { readLedger } from "../../domain/ledger/transfers/read-ledger";
import { objectKey, virtualPath } from "../../domain/paths";
import { addDelivery, publisher, subscriber, subscription } from "../../test/deliveries-fixture";
import { type LedgerFixture, startLedger } from "../../test/ledger-fixture";
import { SettledWatch } from "./settled-watch";

describe("SettledWatch", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
    const claims = subscription("claims", {
      ...{ kind: "place", virtualPath: virtualPath("/in"), objectPrefix: objectKey("acme/in/") },
      ...{ fileName: "{name}", onConflict: "fail" },
    });
    await fixture.seed(publisher, subscriber("acme", { subscriptions: [claims] }));
  });
  after(() => fixture.stop());

  const add = (finalName: string) =>
    addDelivery(fixture.ledger, { subscription: "acme/claims", queue: "place:acme", finalName });
  const fail = (id: number) => fixture.ledger.query("UPDATE delivery SET state = 'failed' WHERE id = $1", [id]);
  const names = async (watch: SettledWatch) => (await watch.look()).map(({ fileName }) => fileName);

  it("tells of everything once, what was shown before left out", async () => {
    const { id: shown } = await add("shown");
    await fail(shown);
    const rows = await readLedger(fixture.ledger);
    const { id: late } = await add("late");
    const watch = new SettledWatch(() => fixture.ledger, rows);
    expect(await names(watch)).to.deep.equal([]);
    // Its move gets its number first and is there last.
    const other = fixture.connect("quayside_service", 1);
    await other.query("BEGIN");
    await other.query("UPDATE delivery SET state = 'failed' WHERE id = $1", [late]);
    await fail((await add("early")).id);
    expect(await names(watch)).to.deep.equal(["early"]);
    await other.query("COMMIT");
    expect(await names(watch)).to.deep.equal(["late"]);
    await fixture.ledger.query("UPDATE delivery SET state = 'ready' WHERE id = $1", [shown]);
    await fail(shown);
    expect(await names(watch)).to.deep.equal(["shown"]);
    expect(await names(watch)).to.deep.equal([]);
  });
});
