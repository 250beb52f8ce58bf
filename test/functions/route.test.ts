import { expect } from "chai";
import { objectKey } from "../../domain/paths";
import { route } from "../../functions/route/route";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { folder, publisher, subscriber } from "../partners-fixture";
import { bucket, ended, s3EventBody, transferEventBody, uploaded } from "../uploads-fixture";
import { recorders } from "./recorders";

describe("route", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher(), subscriber());
  });

  /** One instance of the function, with connections of its own as on Lambda. */
  const start = (overrides: Partial<Parameters<typeof route>[1]> = {}, ledger = fixture.ledger) => {
    const recorded = recorders();
    const stack = { scan: "none", bucket, ignoredNames: ["*.filepart"] } as const;
    const dependencies = { ...recorded, ...stack, ledger, ...overrides };
    const handle = (...bodies: string[]) =>
      route({ Records: bodies.map((body, index) => ({ messageId: `message-${index}`, body })) as never }, dependencies);
    return { ...recorded, handle };
  };
  const count = async (table: string) => {
    const { rows } = await fixture.ledger.query<{ count: number }>(`SELECT count(*) FROM ${table}`);
    return rows[0]?.count;
  };
  const rowsWritten = async () =>
    (await Promise.all(["transfer", "upload_end", "delivery", "drain"].map(count))).reduce<number>(
      (sum, rows) => sum + (rows ?? 0),
      0,
    );

  it("turns an upload and its end into a delivery and a job, and says so", async () => {
    const { handle, jobs, lines } = start();
    const upload = uploaded({ objectKey: objectKey("acme/claims/ä file+1.json") });
    expect(await handle(s3EventBody(upload), transferEventBody(ended(upload)))).to.deep.equal({
      batchItemFailures: [],
    });
    expect(jobs).to.deep.equal(["push:beta/main"]);
    const { rows } = await fixture.ledger.query("SELECT object_key, version_id, final_name, state FROM delivery");
    expect(rows).to.deep.equal([
      {
        object_key: "acme/claims/ä file+1.json",
        version_id: upload.versionId,
        final_name: "ä file+1.json",
        state: "ready",
      },
    ]);
    const { rows: drains } = await fixture.ledger.query("SELECT queue, job_id FROM drain");
    expect(drains).to.deep.equal([{ queue: "push:beta/main", job_id: "job-1" }]);
    expect(lines.map(({ level, message }) => [level, message])).to.deep.equal([
      ["info", "event recorded"],
      ["info", "event recorded"],
      ["info", "transfer routed"],
    ]);
  });

  it("ends with one transfer, delivery and job, however often, wherever and in whatever order events come", async () => {
    const uploads = Array.from({ length: 5 }, (_, index) =>
      uploaded({ objectKey: objectKey(`acme/claims/file-${index}.json`) }),
    );
    const bodies = uploads.flatMap((upload) => {
      const end = ended(upload);
      return [
        ...Array.from({ length: 10 }, () => s3EventBody(upload)),
        ...Array.from({ length: 10 }, () => transferEventBody(end)),
      ];
    });
    expect(bodies).to.have.length(100);
    for (let round = 0; round < 3; round += 1) {
      await fixture.clear();
      await fixture.seed(publisher(), subscriber());
      const shuffled = bodies.map((body) => [Math.random(), body] as const).sort(([a], [b]) => a - b);
      const instances = Array.from({ length: 4 }, () => start({}, fixture.connect("quayside_service", 2)));
      const answers = await Promise.all(
        instances.flatMap(({ handle }, instance) =>
          Array.from({ length: 5 }, (_, batch) =>
            handle(
              ...shuffled.slice((instance * 5 + batch) * 5, (instance * 5 + batch + 1) * 5).map(([, body]) => body),
            ),
          ),
        ),
      );
      expect(answers.flatMap(({ batchItemFailures }) => batchItemFailures)).to.deep.equal([]);
      expect(instances.flatMap(({ jobs }) => jobs)).to.deep.equal(["push:beta/main"]);
      const { rows } = await fixture.ledger.query(
        "SELECT transfer.state, count(delivery.id) AS deliveries FROM transfer LEFT JOIN delivery ON delivery.transfer = transfer.id GROUP BY transfer.id",
      );
      expect(rows).to.deep.equal(Array(5).fill({ state: "routed", deliveries: 1 }));
      expect(await count("upload_end")).to.equal(5);
    }
  });

  describe("writes nothing for", () => {
    const to = (key: string, where = bucket) => uploaded({ objectKey: objectKey(key), bucket: where });
    for (const [what, bodies] of [
      ["a folder marker", [s3EventBody(to("acme/claims/2026/"))]],
      ["a temporary name", [s3EventBody(to("acme/claims/a.json.filepart"))]],
      ["the end of an upload to a temporary name", [transferEventBody(ended(to("acme/claims/a.json.filepart")))]],
      ["GuardDuty's validation object", [s3EventBody(to("malware-protection-resource-validation-object"))]],
      ["what was placed", [s3EventBody({ ...to("acme/inbox/a.json"), isFromClient: false })]],
      ["what an operator wrote in nobody's folder", [s3EventBody({ ...to("restored/a.json"), isFromClient: false })]],
      ["a transform's result", [s3EventBody(to(".transformed/7/a.csv"))]],
      ["another bucket", [s3EventBody(to("acme/claims/a.json", "logs"))]],
      ["S3's test event", [JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: bucket })]],
    ] as const) {
      it(what, async () => {
        const { handle, lines } = start();
        expect((await handle(...bodies)).batchItemFailures).to.deep.equal([]);
        expect(await rowsWritten()).to.equal(0);
        expect(lines.map(({ message }) => message)).to.deep.equal(bodies.map(() => "message ignored"));
        for (const { fields } of lines) expect(fields.why).to.be.a("string");
      });
    }
  });

  describe("does not let go of an upload that no folder takes", () => {
    const cases: [what: string, key: string, before: () => Promise<unknown>, after: () => Promise<unknown>][] = [
      [
        "because its partner is not known yet",
        "newcomer/claims/a.json",
        async () => {},
        () => fixture.seed(publisher("newcomer")),
      ],
      [
        "because its partner was disabled while a session was open",
        "acme/claims/a.json",
        () => fixture.ledger.query("UPDATE partner SET state = 'disabled' WHERE id = 'acme'"),
        () => fixture.seed(publisher()),
      ],
      [
        "because its folder was turned into one for downloads",
        "acme/claims/a.json",
        () => fixture.seed({ ...publisher(), folders: [folder("acme", "/claims", "download", null)] }),
        () => fixture.seed(publisher()),
      ],
    ];
    for (const [what, key, before, after] of cases) {
      it(`${what}, and routes it when the message comes again and one does`, async () => {
        const { handle, lines, jobs } = start();
        const upload = uploaded({ objectKey: objectKey(key) });
        await before();
        expect((await handle(transferEventBody(ended(upload)))).batchItemFailures).to.deep.equal([]);
        expect((await handle(s3EventBody(upload))).batchItemFailures).to.have.length(1);
        expect(String(lines.at(-1)?.fields.error)).to.contain(`a client uploaded ${key} (version ${upload.versionId})`);
        expect(await count("transfer")).to.equal(0);
        await after();
        expect((await handle(s3EventBody(upload))).batchItemFailures).to.deep.equal([]);
        expect(jobs).to.deep.equal(["push:beta/main"]);
      });
    }
  });

  it("routes a temporary name once it is renamed", async () => {
    const { handle, jobs } = start();
    const part = uploaded({ objectKey: objectKey("acme/claims/a.json.filepart") });
    const copy = uploaded();
    await handle(s3EventBody(part), transferEventBody(ended(part)));
    await handle(s3EventBody(copy), transferEventBody(ended(copy, "renamed")));
    expect(await count("transfer")).to.equal(1);
    expect(jobs).to.deep.equal(["push:beta/main"]);
  });

  it("reports the messages that failed and handles the others", async () => {
    const { handle, lines, jobs } = start();
    const upload = uploaded();
    const answer = await handle("hello", s3EventBody(upload), '{"a":1}', transferEventBody(ended(upload)));
    expect(answer).to.deep.equal({
      batchItemFailures: [{ itemIdentifier: "message-0" }, { itemIdentifier: "message-2" }],
    });
    expect(jobs).to.deep.equal(["push:beta/main"]);
    expect(lines.filter(({ level }) => level === "error").map(({ fields }) => fields.messageId)).to.have.members([
      "message-0",
      "message-2",
    ]);
  });

  it("tells the publisher of a broken upload", async () => {
    const { handle, notifications, jobs } = start();
    const upload = uploaded();
    await handle(s3EventBody(upload), transferEventBody(ended(upload, "failed")));
    expect(notifications.map(({ partner, event }) => [partner, event])).to.deep.equal([["acme", "transfer.truncated"]]);
    expect(notifications[0]?.message).to.contain("a.json").and.contain("PARTIAL_UPLOAD");
    expect(jobs).to.deep.equal([]);
  });

  it("does not fail because a notification cannot be sent, but logs an error", async () => {
    const publish = async () => {
      throw new Error("SNS is out of order");
    };
    const { handle, lines } = start({ publish });
    const upload = uploaded();
    const { batchItemFailures } = await handle(s3EventBody(upload), transferEventBody(ended(upload, "failed")));
    expect(batchItemFailures).to.deep.equal([]);
    expect(lines.filter(({ level }) => level === "error").map(({ message }) => message)).to.deep.equal([
      "notification not sent",
    ]);
  });

  it("leaves a queue to the next sweep where its job cannot be submitted, and fails the message", async () => {
    const { handle, brokenQueues } = start();
    brokenQueues.add("push:beta/main");
    const upload = uploaded();
    await handle(s3EventBody(upload));
    expect((await handle(transferEventBody(ended(upload)))).batchItemFailures).to.have.length(1);
    const { rows } = await fixture.ledger.query("SELECT queue, job_id, lease_until <= now() AS free FROM drain");
    expect(rows).to.deep.equal([{ queue: "push:beta/main", job_id: null, free: true }]);
  });

  it("changes nothing where the database fails half way, and succeeds when the message comes again", async () => {
    const master = fixture.connect("master", 1);
    const upload = uploaded();
    const { handle, jobs } = start();
    await handle(s3EventBody(upload));
    await master.query("REVOKE INSERT ON drain FROM quayside_service");
    try {
      expect((await handle(transferEventBody(ended(upload)))).batchItemFailures).to.have.length(1);
    } finally {
      await master.query("GRANT INSERT ON drain TO quayside_service");
    }
    expect(await count("delivery")).to.equal(0);
    expect(await count("upload_end")).to.equal(0);
    expect((await handle(transferEventBody(ended(upload)))).batchItemFailures).to.deep.equal([]);
    expect(jobs).to.deep.equal(["push:beta/main"]);
  });
});
