import { expect } from "chai";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import { requestDrain } from "../../domain/ledger/drains";
import type { Ledger } from "../../domain/ledger/ledger";
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
      lookAgainMilliseconds: 10,
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

  it("works on what jobs have died with alone, after everything else, so that it takes no other with it", async () => {
    const deadly = await add();
    const beside = [await add(), await add()];
    const inFlight: number[][] = [];
    /** A job that dies of one file, once everything that it begins beside it has begun. */
    const die = async () => {
      const now = new Set<number>();
      let isDead = false;
      const alive = () => {
        if (isDead) throw new Error("the kernel has killed the container");
      };
      const ledger: Ledger = {
        ...fixture.ledger,
        query: async (text, values) => {
          alive();
          return fixture.ledger.query(text, values);
        },
        transaction: async (work) => {
          alive();
          return fixture.ledger.transaction(work);
        },
      };
      const work = async ({ id }: { id: number }) => {
        now.add(id);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight.push([...now]);
        isDead ||= now.has(deadly);
        alive();
        await markDone(id);
        now.delete(id);
      };
      await drain({ owner: `job-${inFlight.length}`, ledger, work }).catch(() => {});
      await fixture.ledger.query("UPDATE delivery SET lease_until = now() WHERE state = 'sending'");
    };
    await die();
    const fresh = await add();
    for (let crash = 0; crash < 3; crash++) await die();
    const all = [deadly, ...beside];
    expect(inFlight).to.deep.equal([
      ...all.map(() => all),
      ...[[fresh], [deadly]],
      ...[...beside.map((id) => [id]), [deadly]],
      [deadly],
    ]);
    expect(await deliveryRow(fixture.ledger, deadly)).to.include({ attempts: 4, lapses: 3 });
    for (const id of beside) {
      expect(await deliveryRow(fixture.ledger, id)).to.include({ state: "delivered", attempts: 2 });
    }
  });

  it("begins others beside it after a while", async () => {
    const { id: large } = await addDelivery(fixture.ledger, { subscription: "acme/claims", queue, lapses: 1 });
    const done: number[] = [];
    let other = 0;
    await drain({
      aloneMilliseconds: 0,
      work: async ({ id }) => {
        if (id === large) {
          other = await add();
          while (!done.includes(other)) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await markDone(id);
        done.push(id);
      },
    });
    expect(done).to.deep.equal([other, large]);
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
