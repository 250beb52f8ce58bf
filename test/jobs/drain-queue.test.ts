import { expect } from "chai";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import { requestDrain } from "../../domain/ledger/drains";
import { remotePath } from "../../domain/paths";
import { drainQueue, type QueueDrain } from "../../jobs/drain-queue";
import { addDelivery, deliveryRow, publisher, subscriber, subscription } from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";

const queue = "push:acme/inbox";
const push = {
  ...{ kind: "push" as const, destination: "inbox", remotePath: remotePath("/inbox") },
  ...{ fileName: "{name}", onConflict: "fail" as const },
};

describe("drainQueue", () => {
  let fixture: LedgerFixture;

  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher, subscriber("acme", { subscriptions: [subscription("claims", push)] }));
    await fixture.ledger.transaction((transaction) => requestDrain(transaction, queue));
  });

  const add = async () => (await addDelivery(fixture.ledger, { subscription: "acme/claims", queue })).id;
  const drain = (others: Partial<QueueDrain> & Pick<QueueDrain, "work">) =>
    drainQueue({
      ...{ ledger: fixture.ledger, queue, stage: sendStage, owner: "job-1", mostInFlight: 4, log: () => {} },
      shutdown: { stopping: new AbortController().signal, abandoning: new AbortController().signal },
      ...others,
    });
  const markDone = (id: number) =>
    fixture.ledger.query("UPDATE delivery SET state = 'delivered', lease_until = NULL WHERE id = $1", [id]);
  const secondsLeft = async (table: "delivery" | "drain") => {
    const { rows } = await fixture.ledger.query<{ left: number }>(
      `SELECT extract(epoch FROM lease_until - now())::float AS left FROM ${table}`,
    );
    return rows[0]?.left ?? 0;
  };

  it("keeps its claims and its queue while it works", async () => {
    await add();
    await drain({
      heartbeatMilliseconds: 20,
      work: async ({ id }) => {
        await fixture.ledger.query("UPDATE delivery SET lease_until = now() + interval '1 second'");
        await fixture.ledger.query("UPDATE drain SET lease_until = now() + interval '1 second'");
        while ((await secondsLeft("delivery")) < 200 || (await secondsLeft("drain")) < 400);
        await markDone(id);
      },
    });
    expect((await fixture.ledger.query("SELECT FROM drain")).rowCount).to.equal(0);
  });

  it("takes what arrives while it is busy with something long", async () => {
    const long = await add();
    let arrived: number | undefined;
    const done: number[] = [];
    await drain({
      work: async ({ id }) => {
        if (id === long) {
          arrived = await add();
          while (!done.includes(arrived)) await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await markDone(id);
        done.push(id);
      },
    });
    expect(done).to.deep.equal([arrived, long]);
  });

  it("never has more in flight than it may", async () => {
    for (let i = 0; i < 30; i++) await add();
    let [now, most] = [0, 0];
    await drain({
      work: async ({ id }) => {
        most = Math.max(most, ++now);
        await markDone(id);
        now--;
      },
    });
    expect(most).to.equal(4);
  });

  it("gives back everything when its work breaks, and throws what broke it", async () => {
    const ids = [await add(), await add()];
    let error: unknown;
    await drain({ work: () => Promise.reject(new Error("a mistake")) }).catch((thrown: unknown) => {
      error = thrown;
    });
    expect(error).to.have.property("message", "a mistake");
    for (const id of ids) expect(await deliveryRow(fixture.ledger, id)).to.include({ state: "ready", attempts: 0 });
    expect((await fixture.ledger.query("SELECT FROM drain")).rowCount).to.equal(1);
  });
});
