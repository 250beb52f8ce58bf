import { expect } from "chai";
import type { Entitlements } from "../../domain/entitlements";
import { applyEntitlements } from "../../domain/ledger/entitlements/apply-entitlements";
import { objectKey } from "../../domain/paths";
import type { RouteDependencies } from "../../functions/route/handle-message";
import { route } from "../../functions/route/route";
import { sweep } from "../../functions/sweep/sweep";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { folder, publisher, subscriber } from "../partners-fixture";
import {
  bucket,
  ended,
  removalBody,
  removed,
  s3EventBody,
  scanEventBody,
  scanned,
  transferEventBody,
  uploaded,
} from "../uploads-fixture";
import { recorders } from "./recorders";

/** Acme with these folders replicated. */
const replicated = (...paths: string[]): Entitlements => ({
  ...publisher(),
  folders: [
    folder("acme", "/claims", "upload", "claims", { replicate: paths.includes("/claims") }),
    folder("acme", "/inbox", "download", null, { replicate: paths.includes("/inbox") }),
    folder("acme", "/shared", "both", "claims", { replicate: paths.includes("/shared") }),
  ],
});

describe("route with folders that are replicated", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(replicated("/claims", "/inbox", "/shared"), subscriber());
  });

  const start = (overrides: Partial<RouteDependencies> = {}) => {
    const recorded = recorders();
    const stack = { scan: "none", bucket, ignoredNames: ["*.filepart"], ledger: fixture.ledger } as const;
    const handle = async (...bodies: string[]) => {
      const Records = bodies.map((body, index) => ({ messageId: `message-${index}`, body })) as never;
      return (await route({ Records }, { ...recorded, ...stack, ...overrides })).batchItemFailures;
    };
    /** Runs the sweep an hour later. */
    const sweepLater = async () => {
      for (const table of ["transfer", "unscanned_placement"]) {
        await fixture.ledger.query(`UPDATE ${table} SET received_at = received_at - interval '1 hour'`);
      }
      const policy = {
        unconfirmedAfterSeconds: 600,
        unconfirmedPolicy: "route",
        millisecondsLeft: () => 60_000,
      } as const;
      return sweep({ ...recorded, ...stack, ...policy, ...overrides });
    };
    const orders = () => recorded.replications.map(({ kind, objectKey }) => `${kind} ${objectKey}`);
    return { ...recorded, handle, sweepLater, orders };
  };
  const placed = (name = "a.csv") => uploaded({ objectKey: objectKey(`acme/inbox/${name}`), isFromClient: false });

  it("hands over an upload when it is routed, with all that is needed to copy it", async () => {
    const { handle, replications } = start();
    const upload = uploaded({ objectKey: objectKey("acme/claims/2026/ä 1.json") });
    await handle(s3EventBody(upload));
    expect(replications).to.deep.equal([]);
    await handle(transferEventBody(ended(upload)));
    const { versionId, sequencer, size, uploadedAt } = upload;
    expect(replications).to.deep.equal([
      {
        ...{ kind: "created", bucket, objectKey: "acme/claims/2026/ä 1.json", objectPrefix: "acme/claims/" },
        ...{ versionId, sequencer, size, uploadedAt },
      },
    ]);
  });

  it("hands over nothing that broke off, and nothing twice", async () => {
    const { handle, orders } = start();
    const [broken, whole] = [uploaded(), uploaded({ sequencer: "0055AED6DCD90281E6" })];
    const bodies = [s3EventBody(broken), transferEventBody(ended(broken, "failed"))];
    bodies.push(s3EventBody(whole), transferEventBody(ended(whole)));
    for (const body of [...bodies, ...bodies]) await handle(body);
    expect(orders()).to.deep.equal([`created ${whole.objectKey}`]);
  });

  it("hands over nothing of a folder that is not replicated, as its files say at that time", async () => {
    await fixture.seed(replicated("/inbox"));
    const { handle, orders } = start();
    const [before, after] = [uploaded(), uploaded({ objectKey: objectKey("acme/shared/b.json") })];
    await handle(s3EventBody(before));
    await handle(transferEventBody(ended(before)));
    await handle(s3EventBody(after), removalBody(removed(before)));
    await fixture.seed(replicated("/shared"));
    await handle(transferEventBody(ended(after)), s3EventBody(placed()));
    expect(orders()).to.deep.equal(["created acme/shared/b.json"]);
  });

  it("hands over nothing where the stack has no file system", async () => {
    const { handle, lines } = start({ replicate: null });
    const upload = uploaded();
    for (const body of [s3EventBody(upload), transferEventBody(ended(upload))]) await handle(body);
    await handle(s3EventBody(placed()), removalBody(removed(upload)));
    expect(lines.filter(({ message }) => message === "message ignored")).to.have.length(2);
    expect((await fixture.ledger.query("SELECT FROM unscanned_placement")).rowCount).to.equal(0);
  });

  it("hands over before anybody sees the transfer routed, and again if that fails", async () => {
    const other = fixture.connect("quayside_service", 1);
    const statesSeen: unknown[] = [];
    let isBroken = true;
    const { handle, jobs, orders, replicate } = start({
      replicate: async (order) => {
        statesSeen.push(...(await other.query("SELECT state FROM transfer")).rows);
        if (isBroken) throw new Error("SNS is out of order");
        await replicate(order);
      },
    });
    const upload = uploaded();
    await handle(s3EventBody(upload));
    expect(await handle(transferEventBody(ended(upload)))).to.have.length(1);
    expect(jobs).to.deep.equal([]);
    isBroken = false;
    expect(await handle(transferEventBody(ended(upload)))).to.deep.equal([]);
    expect(statesSeen).to.deep.equal([{ state: "received" }, { state: "received" }]);
    expect(orders()).to.deep.equal([`created ${upload.objectKey}`]);
    expect(jobs).to.deep.equal(["push:beta/main"]);
  });

  it("hands over before it locks what other files to the same subscribers need", async () => {
    const other = fixture.connect("quayside_service", 1);
    let free = 0;
    const { handle } = start({
      replicate: async () => {
        await other.query("SELECT FROM subscription FOR NO KEY UPDATE NOWAIT");
        free += (await other.query("SELECT FROM drain FOR UPDATE NOWAIT")).rowCount ?? 0;
      },
    });
    for (const upload of [uploaded(), uploaded()]) {
      expect(await handle(s3EventBody(upload))).to.deep.equal([]);
      expect(await handle(transferEventBody(ended(upload)))).to.deep.equal([]);
    }
    expect(free).to.equal(1);
  });

  it("hands over again where the commit fails", async () => {
    const broken: typeof fixture.ledger = {
      ...fixture.ledger,
      transaction: (work) =>
        fixture.ledger.transaction(async (transaction) => {
          await work(transaction);
          throw new Error("the connection broke");
        }),
    };
    const upload = uploaded();
    await start().handle(s3EventBody(upload));
    const first = start({ ledger: broken });
    expect(await first.handle(transferEventBody(ended(upload)))).to.have.length(1);
    const second = start();
    expect(await second.handle(transferEventBody(ended(upload)))).to.deep.equal([]);
    expect([first.orders(), second.orders()]).to.deep.equal([
      [`created ${upload.objectKey}`],
      [`created ${upload.objectKey}`],
    ]);
  });

  it("hands over what the sweep routes", async () => {
    const { handle, sweepLater, orders } = start();
    const upload = uploaded();
    await handle(s3EventBody(upload));
    await sweepLater();
    expect(orders()).to.deep.equal([`created ${upload.objectKey}`]);
  });

  it("hands over what was placed as soon as it is there", async () => {
    const { handle, orders } = start();
    await handle(s3EventBody(placed()));
    expect(orders()).to.deep.equal(["created acme/inbox/a.csv"]);
    expect((await fixture.ledger.query("SELECT FROM unscanned_placement")).rowCount).to.equal(0);
    expect((await fixture.ledger.query("SELECT FROM transfer")).rowCount).to.equal(0);
  });

  it("tells of objects and of versions that were removed", async () => {
    const { handle, replications } = start();
    const upload = uploaded({ objectKey: objectKey("acme/shared/x/a.json") });
    const marker = removed(upload);
    const purged = removed(upload, { what: "version", versionId: upload.versionId });
    const gone = removed(placed());
    // Messages of one batch are handled side by side, so their order is nobody's promise.
    await handle(removalBody(marker), removalBody(purged), removalBody(gone));
    expect(
      replications.map(({ kind, versionId, objectPrefix, size }) => [kind, versionId, objectPrefix, size]),
    ).to.have.deep.members([
      ["removed", marker.versionId, "acme/shared/", 0],
      ["purged", upload.versionId, "acme/shared/", 0],
      ["removed", gone.versionId, "acme/inbox/", 0],
    ]);
    expect((await fixture.ledger.query("SELECT FROM transfer")).rowCount).to.equal(0);
  });

  it("says nothing of temporary names, folder markers and strangers that were removed", async () => {
    const { handle, orders } = start();
    const keys = ["acme/claims/a.filepart", "acme/claims/2026/", "nobody/a.json"].map(objectKey);
    await handle(...keys.map((key) => removalBody(removed(uploaded({ objectKey: key })))));
    expect(orders()).to.deep.equal([]);
  });

  describe("in a stack that scans", () => {
    it("hands over uploads only when they are clean", async () => {
      const { handle, orders } = start({ scan: "guardduty" });
      const [clean, bad] = [uploaded(), uploaded({ objectKey: objectKey("acme/claims/bad.json") })];
      for (const upload of [clean, bad]) {
        await handle(s3EventBody(upload));
        await handle(transferEventBody(ended(upload)));
      }
      expect(orders()).to.deep.equal([]);
      await handle(scanEventBody(scanned(clean)), scanEventBody(scanned(bad, "THREATS_FOUND")));
      expect(orders()).to.deep.equal([`created ${clean.objectKey}`]);
    });

    for (const first of ["S3", "GuardDuty"]) {
      it(`hands over what was placed when it is clean, where ${first} speaks first`, async () => {
        const { handle, replications } = start({ scan: "guardduty" });
        const file = placed();
        const bodies = [s3EventBody(file), scanEventBody(scanned(file))];
        if (first === "GuardDuty") bodies.reverse();
        for (const [index, body] of bodies.entries()) {
          expect(replications).to.have.length(0, `before event ${index}`);
          await handle(body);
        }
        const { objectKey, versionId, sequencer, size, uploadedAt } = file;
        expect(replications).to.deep.equal([
          { kind: "created", bucket, objectKey, objectPrefix: "acme/inbox/", versionId, sequencer, size, uploadedAt },
        ]);
      });
    }

    it("keeps back what was placed and is not clean, until another scan finds it so", async () => {
      const { handle, orders } = start({ scan: "guardduty" });
      const [bad, odd] = [placed(), placed("b.csv")];
      await handle(s3EventBody(bad), s3EventBody(odd));
      await handle(scanEventBody(scanned(bad, "THREATS_FOUND")), scanEventBody(scanned(odd, "FAILED")));
      expect(orders()).to.deep.equal([]);
      await handle(scanEventBody(scanned(bad)), scanEventBody(scanned(odd)));
      expect(orders()).to.deep.equal(["created acme/inbox/b.csv"]);
    });

    it("says once in the sweep that a scan is missing", async () => {
      const { handle, sweepLater, lines } = start({ scan: "guardduty" });
      await handle(s3EventBody(placed()));
      expect((await sweepLater()).unscanned).to.equal(1);
      expect((await sweepLater()).unscanned).to.equal(0);
      expect(lines.filter(({ level }) => level === "error").map(({ message }) => message)).to.deep.equal([
        "no malware scan found a placed file clean",
      ]);
    });

    it("hands it over in the sweep once the stack does not scan any more", async () => {
      const scanning = start({ scan: "guardduty" });
      await scanning.handle(s3EventBody(placed()));
      await scanning.sweepLater();
      const { sweepLater, orders } = start();
      expect((await sweepLater()).unscanned).to.equal(0);
      await sweepLater();
      expect(orders()).to.deep.equal(["created acme/inbox/a.csv"]);
    });
  });

  it("takes the choice away with the partner's files", async () => {
    await fixture.ledger.transaction((transaction) => applyEntitlements(transaction, replicated(), {}, "seed"));
    const { rows } = await fixture.ledger.query("SELECT DISTINCT replicate FROM folder");
    expect(rows).to.deep.equal([{ replicate: false }]);
  });
});
