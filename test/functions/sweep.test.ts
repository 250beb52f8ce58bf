import { expect } from "chai";
import { claimDeliveries } from "../../domain/ledger/deliveries/claim-deliveries";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { type SweepDependencies, sweep } from "../../functions/sweep/sweep";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber } from "../partners-fixture";
import { ended, plainStack, uploaded } from "../uploads-fixture";
import { recorders } from "./recorders";

const nothingElse = { truncated: 0, quarantined: 0, unscanned: 0, cancelled: 0, requeued: 0 };

describe("sweep", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher(), subscriber());
  });

  const start = (overrides: Partial<SweepDependencies> = {}) => {
    const recorded = recorders();
    const run = () =>
      sweep({
        ...recorded,
        ledger: fixture.ledger,
        scan: "none",
        unconfirmedAfterSeconds: 600,
        unconfirmedPolicy: "hold",
        millisecondsLeft: () => 60_000,
        ...overrides,
      });
    return { ...recorded, run };
  };
  const receive = async () => {
    const upload = uploaded();
    await recordUpload(fixture.ledger, upload, { partner: "acme", fileGroup: "claims" }, plainStack);
    return upload;
  };
  const waitAnHour = () =>
    fixture.ledger
      .query("UPDATE transfer SET received_at = received_at - interval '1 hour'")
      .then(() => fixture.ledger.query("UPDATE drain SET lease_until = lease_until - interval '1 hour'"));

  it("does nothing where all is well", async () => {
    const upload = await receive();
    await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    await receive();
    const { run, jobs, notifications } = start();
    expect(await run()).to.deep.equal({ drainsStarted: 0, held: 0, routed: 0, ...nothingElse });
    expect(jobs).to.deep.equal([]);
    expect(notifications).to.deep.equal([]);
  });

  it("holds what nothing confirmed, once, and tells the publisher", async () => {
    await receive();
    await waitAnHour();
    const { run, notifications, lines } = start();
    expect(await run()).to.deep.equal({ drainsStarted: 0, held: 1, routed: 0, ...nothingElse });
    expect(await run()).to.deep.equal({ drainsStarted: 0, held: 0, routed: 0, ...nothingElse });
    expect(notifications.map(({ partner, event }) => [partner, event])).to.deep.equal([["acme", "transfer.held"]]);
    expect(lines.filter(({ level }) => level === "warn").map(({ message }) => message)).to.deep.equal([
      "transfer held",
    ]);
  });

  it("routes it where that is the policy, and starts its job", async () => {
    await receive();
    await waitAnHour();
    const { run, jobs, lines } = start({ unconfirmedPolicy: "route" });
    expect(await run()).to.deep.equal({ drainsStarted: 1, held: 0, routed: 1, ...nothingElse });
    expect(jobs).to.deep.equal(["push:beta/main"]);
    expect(lines.filter(({ level }) => level === "warn").map(({ message }) => message)).to.deep.equal([
      "transfer routed",
    ]);
  });

  it("starts a job for a queue whose job fell silent, and gives it time", async () => {
    const upload = await receive();
    await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    await waitAnHour();
    const { run, jobs } = start();
    expect((await run()).drainsStarted).to.equal(1);
    expect((await run()).drainsStarted).to.equal(0);
    expect(jobs).to.deep.equal(["push:beta/main"]);
    const { rows } = await fixture.ledger.query("SELECT job_id, lease_until > now() AS leased FROM drain");
    expect(rows).to.deep.equal([{ job_id: "job-1", leased: true }]);
  });

  it("cancels what a job gave back, or died of, after its subscription went away", async () => {
    for (const name of ["given back", "dead", "at work"]) {
      const upload = uploaded({ objectKey: `acme/claims/${name}` as ReturnType<typeof uploaded>["objectKey"] });
      await recordUpload(fixture.ledger, upload, { partner: "acme", fileGroup: "claims" }, plainStack);
      await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    }
    const claim = { queue: "push:beta/main", stage: sendStage, owner: "job", limit: 3 };
    expect(await claimDeliveries(fixture.ledger, claim)).to.have.length(3);
    await fixture.seed(subscriber("beta", { subscriptions: [] }));
    await fixture.ledger.query("UPDATE delivery SET lease_until = now() WHERE final_name = 'dead'");
    await fixture.ledger.query(
      "UPDATE delivery SET state = 'ready', lease_until = NULL WHERE final_name = 'given back'",
    );
    const { run, jobs, lines } = start();
    expect((await run()).cancelled).to.equal(2);
    expect(jobs).to.deep.equal([]);
    expect(lines[0]).to.deep.include({ level: "warn", message: "deliveries cancelled", fields: { cancelled: 2 } });
    const { rows } = await fixture.ledger.query("SELECT final_name, state, reason FROM delivery ORDER BY id");
    expect(rows).to.deep.equal([
      { final_name: "given back", state: "cancelled", reason: "subscription claims was removed" },
      { final_name: "dead", state: "cancelled", reason: "subscription claims was removed" },
      { final_name: "at work", state: "sending", reason: null },
    ]);
  });

  it("sends no second job where the first one has not been started, however long that takes", async () => {
    const upload = await receive();
    await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    const { run, jobs, notStarted, lines } = start();
    await waitAnHour();
    await run();
    notStarted.add("job-1");
    for (let hour = 0; hour < 2; hour++) {
      await waitAnHour();
      expect((await run()).drainsStarted).to.equal(0);
    }
    expect(lines.filter(({ message }) => message === "queues whose job has not been started yet")).to.have.length(2);
    notStarted.clear();
    expect((await run()).drainsStarted).to.equal(0);
    await waitAnHour();
    expect((await run()).drainsStarted).to.equal(1);
    expect(jobs).to.have.length(2);
  });

  it("sends one all the same where Batch does not say what became of the first", async () => {
    const upload = await receive();
    await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    await fixture.ledger.query("UPDATE drain SET job_id = 'job-0'");
    await waitAnHour();
    const waitingJobs = async () => {
      throw new Error("Batch is out of order");
    };
    const { run, jobs } = start({ waitingJobs });
    expect(await run().catch((failure: Error) => failure)).to.be.instanceOf(AggregateError);
    expect(jobs).to.deep.equal(["push:beta/main"]);
    expect((await fixture.ledger.query("SELECT job_id FROM drain")).rows).to.deep.equal([{ job_id: "job-1" }]);
  });

  it("sends jobs to more queues than Batch describes at once, each once, also where one has no luck", async () => {
    await fixture.ledger.query(
      "INSERT INTO drain (queue, job_id, lease_until) SELECT 'push:p' || n || '/main', 'old-' || n, now() FROM generate_series(1, 250) n",
    );
    const { run, jobs, brokenQueues } = start();
    brokenQueues.add("push:p7/main");
    expect(await run().catch((failure: Error) => failure)).to.be.instanceOf(AggregateError);
    expect(new Set(jobs).size).to.equal(249);
    expect(jobs).to.have.length(249);
    brokenQueues.clear();
    expect((await run()).drainsStarted).to.equal(1);
  });

  it("starts jobs before it settles uploads, and settles none when its time is nearly up", async () => {
    const first = await receive();
    await recordUploadEnd(fixture.ledger, ended(first), plainStack);
    await receive();
    await receive();
    await waitAnHour();
    let left = 60_000;
    const { run, jobs, notifications, publish } = start({
      millisecondsLeft: () => left,
      publish: async (notification) => {
        expect(jobs).to.deep.equal(["push:beta/main"]);
        left = 10_000;
        await publish(notification);
      },
    });
    expect((await run()).held).to.equal(1);
    left = 60_000;
    expect((await run()).held).to.equal(1);
    expect(notifications).to.have.length(2);
  });

  describe("where the publisher was not told because of a crash, or of SNS", () => {
    const later = () => fixture.ledger.query("UPDATE transfer SET untold_since = untold_since - interval '1 hour'");
    const broken = () => {
      throw new Error("SNS is out of order");
    };

    it("tells it, once", async () => {
      const upload = await receive();
      await recordUploadEnd(fixture.ledger, ended(upload, "failed"), plainStack);
      const { run, notifications } = start();
      await run();
      expect(notifications).to.deep.equal([]);
      await later();
      await run();
      await later();
      await run();
      expect(notifications.map(({ partner, event }) => [partner, event])).to.deep.equal([
        ["acme", "transfer.truncated"],
      ]);
      expect(notifications[0]?.message).to.contain("a.json").and.contain("PARTIAL_UPLOAD");
    });

    it("tells it once SNS is back, and fails until then", async () => {
      await receive();
      await waitAnHour();
      await start({ publish: broken }).run();
      await later();
      const failure = await start({ publish: broken })
        .run()
        .catch((error: Error) => error);
      expect(failure).to.be.instanceOf(AggregateError);
      const { run, notifications } = start();
      await run();
      expect(notifications.map(({ event }) => event)).to.deep.equal(["transfer.held"]);
    });

    it("says nothing of what has been routed since", async () => {
      const upload = await receive();
      await waitAnHour();
      await start({ publish: broken }).run();
      await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
      await later();
      const { run, notifications } = start();
      await run();
      expect(notifications).to.deep.equal([]);
    });
  });

  it("tries everything, fails in the end, and catches up the next time", async () => {
    await fixture.seed(subscriber("gamma"));
    const upload = await receive();
    await recordUploadEnd(fixture.ledger, ended(upload), plainStack);
    await receive();
    await waitAnHour();
    const { run, jobs, brokenQueues, lines, notifications } = start();
    brokenQueues.add("push:beta/main");
    const error = await run().catch((failure: Error) => failure);
    expect(error).to.be.instanceOf(AggregateError);
    expect(jobs).to.deep.equal(["push:gamma/main"]);
    expect(notifications.map(({ event }) => event)).to.deep.equal(["transfer.held"]);
    expect(lines.at(-1)).to.deep.include({ level: "error", message: "sweep failed" });
    brokenQueues.clear();
    expect((await run()).drainsStarted).to.equal(1);
    expect(jobs).to.deep.equal(["push:gamma/main", "push:beta/main"]);
  });

  it("settles the other transfers where one cannot be", async () => {
    await receive();
    await receive();
    await waitAnHour();
    await fixture.connect("master", 1).query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.id = (SELECT min(id) FROM transfer) THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    try {
      expect(
        await start()
          .run()
          .catch((failure: Error) => failure),
      ).to.be.instanceOf(AggregateError);
    } finally {
      await fixture.connect("master", 1).query("DROP TRIGGER refuse ON transfer; DROP FUNCTION refuse");
    }
    const { rows } = await fixture.ledger.query("SELECT state FROM transfer ORDER BY id");
    expect(rows).to.deep.equal([{ state: "received" }, { state: "held" }]);
  });
});
