import { expect } from "chai";
import { objectKey } from "../../domain/paths";
import { route } from "../../functions/route/route";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber } from "../partners-fixture";
import { bucket, ended, s3EventBody, scanEventBody, scanned, transferEventBody, uploaded } from "../uploads-fixture";
import { recorders } from "./recorders";

describe("route in a stack that scans for malware", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher(), subscriber());
  });

  const start = (ledger = fixture.ledger) => {
    const recorded = recorders();
    const stack = { scan: "guardduty", bucket, ignoredNames: ["*.filepart"] } as const;
    const handle = async (...bodies: string[]) => {
      const Records = bodies.map((body, index) => ({ messageId: `message-${index}`, body })) as never;
      return (await route({ Records }, { ...recorded, ...stack, ledger })).batchItemFailures;
    };
    return { ...recorded, handle };
  };
  const states = async () =>
    (await fixture.ledger.query<{ state: string }>("SELECT state FROM transfer ORDER BY id")).rows.map(
      ({ state }) => state,
    );
  const scans = async () => (await fixture.ledger.query("SELECT FROM scan_result")).rowCount;
  const errors = (lines: ReturnType<typeof recorders>["lines"]) => lines.filter(({ level }) => level === "error");

  it("routes an upload once it is whole and clean", async () => {
    const { handle, jobs } = start();
    const upload = uploaded({ objectKey: objectKey("acme/claims/ä file+1%.json") });
    await handle(s3EventBody(upload), transferEventBody(ended(upload)));
    expect(await states()).to.deep.equal(["received"]);
    expect(jobs).to.deep.equal([]);
    expect(await handle(scanEventBody(scanned(upload)))).to.deep.equal([]);
    expect(await states()).to.deep.equal(["routed"]);
    expect(jobs).to.deep.equal(["push:beta/main"]);
  });

  it("quarantines a threat: no delivery, the publisher is told once, operators by the log", async () => {
    const { handle, jobs, notifications, lines } = start();
    const upload = uploaded();
    const found = scanEventBody(scanned(upload, "THREATS_FOUND"));
    await handle(s3EventBody(upload));
    await handle(found);
    await handle(found, transferEventBody(ended(upload)));
    expect(await states()).to.deep.equal(["quarantined"]);
    expect(jobs).to.deep.equal([]);
    expect(notifications.map(({ partner, event }) => [partner, event])).to.deep.equal([
      ["acme", "transfer.quarantined"],
    ]);
    expect(notifications[0]?.message).to.contain("malware was found: EICAR-Test-File");
    expect(errors(lines).map(({ message, fields }) => [message, fields.threats])).to.deep.equal([
      ["threat found", ["EICAR-Test-File"]],
    ]);
    const { rows } = await fixture.ledger.query(
      "SELECT from_state, to_state, reason FROM state_change WHERE to_state = 'quarantined'",
    );
    expect(rows).to.deep.equal([
      { from_state: "received", to_state: "quarantined", reason: "malware was found: EICAR-Test-File" },
    ]);
  });

  it("holds what could not be judged, and tells the publisher once", async () => {
    const { handle, notifications } = start();
    const upload = uploaded();
    const bodies = [
      s3EventBody(upload),
      transferEventBody(ended(upload)),
      scanEventBody(scanned(upload, "UNSUPPORTED")),
    ];
    for (const body of [...bodies, ...bodies]) await handle(body);
    expect(await states()).to.deep.equal(["held"]);
    expect(notifications.map(({ event }) => event)).to.deep.equal(["transfer.held"]);
    expect(notifications[0]?.message).to.contain("could not judge the file (UNSUPPORTED)");
  });

  it("reports a threat in a file that was passed on already, and changes nothing", async () => {
    const { handle, lines, notifications } = start();
    const upload = uploaded();
    await handle(s3EventBody(upload));
    await handle(transferEventBody(ended(upload)));
    await handle(scanEventBody(scanned(upload)));
    await handle(scanEventBody(scanned(upload, "THREATS_FOUND")));
    expect(await states()).to.deep.equal(["routed"]);
    expect(errors(lines).map(({ message }) => message)).to.deep.equal(["threat found"]);
    expect(notifications).to.deep.equal([]);
  });

  it("reports and records a threat in what no partner uploaded", async () => {
    const { handle, lines } = start();
    for (const key of ["acme/inbox/a.json", ".transformed/7/a.csv"]) {
      await handle(scanEventBody(scanned(uploaded({ objectKey: objectKey(key) }), "THREATS_FOUND")));
    }
    expect(errors(lines).map(({ fields }) => fields.objectKey)).to.deep.equal([
      "acme/inbox/a.json",
      ".transformed/7/a.csv",
    ]);
    expect(await scans()).to.equal(2);
  });

  for (const [what, upload] of [
    ["that a transform wrote", uploaded({ objectKey: objectKey(".transformed/7/a.csv") })],
    ["under a temporary name", uploaded({ objectKey: objectKey("acme/claims/a.json.filepart") })],
    ["of another bucket", uploaded({ bucket: "logs" })],
    ["of GuardDuty's own", uploaded({ objectKey: objectKey("malware-protection-resource-validation-object") })],
  ] as const) {
    it(`records nothing about a clean file ${what}`, async () => {
      const { handle, lines } = start();
      expect(await handle(scanEventBody(scanned(upload)))).to.deep.equal([]);
      expect(await scans()).to.equal(0);
      expect(lines.map(({ message }) => message)).to.deep.equal(["message ignored"]);
    });
  }

  it("ends with the same whatever is doubled, wherever it is handled and in whatever order", async () => {
    const uploads = Array.from({ length: 8 }, (_, index) =>
      uploaded({ objectKey: objectKey(`acme/claims/file-${index}.json`) }),
    );
    const bodies = uploads.flatMap((upload, index) => {
      const verdict = scanned(upload, index % 2 === 0 ? "NO_THREATS_FOUND" : "THREATS_FOUND");
      const once = [s3EventBody(upload), transferEventBody(ended(upload)), scanEventBody(verdict)];
      return Array.from({ length: 4 }, () => once).flat();
    });
    for (let round = 0; round < 3; round += 1) {
      await fixture.clear();
      await fixture.seed(publisher(), subscriber());
      const shuffled = bodies.map((body) => [Math.random(), body] as const).sort(([a], [b]) => a - b);
      const instances = Array.from({ length: 4 }, () => start(fixture.connect("quayside_service", 2)));
      const batches = Map.groupBy(shuffled, (_, index) => index % 12);
      const failures = await Promise.all(
        [...batches.values()].map((batch, index) => instances[index % 4]?.handle(...batch.map(([, body]) => body))),
      );
      expect(failures.flat()).to.deep.equal([]);
      const { rows } = await fixture.ledger.query(
        `SELECT object_key AS key, state, (SELECT count(*) FROM delivery WHERE transfer = transfer.id) AS deliveries
         FROM transfer ORDER BY object_key`,
      );
      expect(rows).to.deep.equal(
        uploads.map(({ objectKey }, index) => ({
          key: objectKey,
          ...(index % 2 === 0 ? { state: "routed", deliveries: 1 } : { state: "quarantined", deliveries: 0 }),
        })),
      );
      const told = instances.flatMap(({ notifications }) => notifications).map(({ event }) => event);
      expect(told).to.deep.equal(Array(4).fill("transfer.quarantined"));
    }
  });
});
