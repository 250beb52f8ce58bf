import { randomBytes } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { OnConflict } from "../../domain/entitlements";
import type { Ledger, Queryable } from "../../domain/ledger/ledger";
import { objectKey, remotePath, virtualPath } from "../../domain/paths";
import { readObject } from "../../jobs/read-object";
import { objectStore } from "../../jobs/send/object-store";
import { bytesOf, type S3Fixture, startS3, tester } from "../../local/s3/s3-fixture";
import {
  addDelivery,
  type DeliverySeed,
  deliveryRow,
  errorOf,
  publisher,
  sha256,
  statesOf,
  subscriber,
  subscription,
} from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { runSend } from "./send-fixture";

const queue = "place:acme";
const bucket = "the-bucket";
const folder = "acme/inbox/";

describe("the send job, placing", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let s3: S3Fixture;

  before(async () => {
    fixture = await startLedger();
    ledger = fixture.ledger;
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    s3 = await startS3();
    await s3.s3.createBucket({ bucket });
    await s3.s3.setVersioning({ bucket, status: "Enabled" });
  });
  afterEach(async () => {
    expect(s3.faults).to.deep.equal([]);
    await s3.stop();
  });

  async function seed(onConflict: OnConflict): Promise<void> {
    const place = { kind: "place" as const, virtualPath: virtualPath("/inbox"), objectPrefix: objectKey(folder) };
    await fixture.seed(
      publisher,
      subscriber("acme", { subscriptions: [subscription("claims", { ...place, fileName: "{name}", onConflict })] }),
    );
  }
  const put = async (key: string, content: Uint8Array, type?: string) => {
    const { VersionId = "" } = await s3.client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ...(type && { ContentType: type }) }),
    );
    return VersionId;
  };
  const get = async (name: string) => {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: folder + name }));
    return bytesOf(Body as AsyncIterable<Uint8Array>);
  };
  const placed = async () => {
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder }));
    return Contents.map(({ Key = "" }) => Key.slice(folder.length));
  };
  async function add(finalName: string, content: Uint8Array, others: Partial<DeliverySeed> = {}): Promise<number> {
    const { id } = await addDelivery(ledger, { subscription: "acme/claims", queue, finalName, content, ...others });
    const versionId = await put(`northwind/claims/${finalName}`, content, "text/csv");
    for (const table of ["delivery", "transfer"]) {
      const its = table === "delivery" ? "id = $1" : "id = (SELECT transfer FROM delivery WHERE id = $1)";
      await ledger.query(`UPDATE ${table} SET version_id = $2 WHERE ${its}`, [id, versionId]);
    }
    return id;
  }
  const run = (others: Partial<Parameters<typeof runSend>[0]> = {}) =>
    runSend({
      ...{ ledger, queue, objects: new Map(), credentials: { password: "" } },
      ...{ readObject: readObject(s3.client, bucket), store: objectStore(s3.client, bucket) },
      connect: () => Promise.reject(new Error("placing connects to nothing")),
      ...others,
    });
  const row = (id: number) => deliveryRow(ledger, id);

  it("copies exactly the version that was routed, and says so", async () => {
    await seed("replace");
    const content = randomBytes(100_000);
    const id = await add("claims ü+1 & more.csv", content);
    await put("northwind/claims/claims ü+1 & more.csv", Buffer.from("a later version"));
    const { outcome, notifications } = run();
    expect(await outcome).to.equal("drained");
    expect(await get("claims ü+1 & more.csv")).to.deep.equal(content);
    const hash = sha256(content);
    expect(await row(id)).to.include({
      ...{ state: "delivered", delivered_as: `${folder}claims ü+1 & more.csv`, size: 100_000 },
      ...{ sha256: hash, transfer_sha256: hash },
    });
    const head = await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key: `${folder}claims ü+1 & more.csv` }));
    expect(head.ContentType).to.equal("text/csv");
    expect(head.Metadata).to.deep.equal({ "quayside-delivery": String(id) });
    expect(notifications.map(({ event }) => event)).to.deep.equal(["delivery.delivered"]);
  });

  it("copies an empty file", async () => {
    await seed("fail");
    const id = await add("empty.csv", new Uint8Array());
    await run().outcome;
    expect(await row(id)).to.include({ state: "delivered", size: 0 });
    expect((await get("empty.csv")).length).to.equal(0);
  });

  it("copies a large file in parts", async () => {
    await seed("fail");
    const content = randomBytes(6 * 1024 ** 2 + 17);
    const id = await add("large.bin", content);
    const limits = { mostBytesAtOnce: 1024 ** 2, partBytes: 5 * 1024 ** 2 };
    await run({ store: objectStore(s3.client, bucket, limits) }).outcome;
    expect(await row(id)).to.include({ state: "delivered", sha256: sha256(content) });
    expect((await get("large.bin")).equals(content)).to.equal(true);
    const head = await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key: `${folder}large.bin` }));
    expect(head.Metadata).to.deep.equal({ "quayside-delivery": String(id) });
    expect(head.ETag).to.match(/-2"$/);
  });

  for (const [onConflict, outcome] of [
    ["replace", { names: ["a.csv"], state: "delivered", as: "a.csv" }],
    ["rename", { names: ["a-1.csv", "a-2.csv", "a.csv"], state: "delivered", as: "a-2.csv" }],
    ["fail", { names: ["a.csv"], state: "failed", as: null }],
  ] as const) {
    it(`handles a name that is taken: ${onConflict}`, async () => {
      await seed(onConflict);
      await put(`${folder}a.csv`, Buffer.from("old"));
      if (onConflict === "rename") await put(`${folder}a-1.csv`, Buffer.from("older"));
      const id = await add("a.csv", Buffer.from("new"));
      const job = run();
      await job.outcome;
      expect(await placed()).to.deep.equal(outcome.names);
      expect(await row(id)).to.include({
        state: outcome.state,
        delivered_as: outcome.as === null ? null : folder + outcome.as,
      });
      if (outcome.as !== null) expect((await get(outcome.as)).toString()).to.equal("new");
      if (onConflict !== "replace") expect((await get("a.csv")).toString()).to.equal("old");
      if (onConflict === "fail") {
        expect((await row(id)).reason).to.match(/^acme\/inbox\/a\.csv exists already/);
        // The partner knows the folder, and not where it is in the bucket.
        expect(job.notifications[0]?.message).to.match(/^Reason: \/inbox\/a\.csv exists already/m);
      }
    });
  }

  for (const partBytes of [undefined, 5 * 1024 ** 2]) {
    it(`never overwrites what came meanwhile, ${partBytes ? "in parts" : "at once"}`, async () => {
      await seed("rename");
      const content = randomBytes(6 * 1024 ** 2);
      const id = await add("a.bin", content);
      const store = objectStore(s3.client, bucket, partBytes ? { mostBytesAtOnce: 1, partBytes } : undefined);
      let looks = 0;
      await run({
        store: {
          ...store,
          find: async (key) => {
            const found = await store.find(key);
            if (looks++ === 0) await put(key, Buffer.from("quicker"));
            return found;
          },
        },
      }).outcome;
      expect((await get("a.bin")).toString()).to.equal("quicker");
      expect(await row(id)).to.include({ state: "delivered", delivered_as: `${folder}a-1.bin` });
    });
  }

  it("recognises its own copy after a crash", async () => {
    await seed("rename");
    const id = await add("a.csv", Buffer.from("new"));
    const query: Queryable["query"] = (text, values) =>
      text.includes("'delivered'") ? Promise.reject(new Error("the job died here")) : ledger.query(text, values);
    expect((await errorOf(run({ ledger: { ...ledger, query } }).outcome)).message).to.equal("the job died here");
    expect(await row(id)).to.include({ state: "ready" });
    await run().outcome;
    expect(await row(id)).to.include({ state: "delivered", delivered_as: `${folder}a.csv` });
    expect(await placed()).to.deep.equal(["a.csv"]);
  });

  it("recognises it under the number that it took, also where the name became free since", async () => {
    await seed("rename");
    await put(`${folder}a.csv`, Buffer.from("old"));
    const id = await add("a.csv", Buffer.from("new"));
    const query: Queryable["query"] = (text, values) =>
      text.includes("'delivered'") ? Promise.reject(new Error("the job died here")) : ledger.query(text, values);
    await errorOf(run({ ledger: { ...ledger, query } }).outcome);
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${folder}a.csv` }));
    await run().outcome;
    expect(await row(id)).to.include({ state: "delivered", delivered_as: `${folder}a-1.csv` });
    expect(await placed()).to.deep.equal(["a-1.csv"]);
  });

  describe("where S3's answer to a copy gets lost, so that the SDK asks again", () => {
    /** A client as the jobs have it; S3 does what it asks, but the first answer to `command` does not come. */
    function losing(command: string) {
      let answers = 0;
      const client = s3.clientOf(tester, { maxAttempts: 3 });
      client.middlewareStack.add(
        (next, context) => async (args) => {
          const result = await next(args);
          const isFirst = (context as { commandName?: string }).commandName === command && answers++ === 0;
          // As the SDK's own HTTP handler says it.
          if (isFirst) throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
          return result;
        },
        { step: "deserialize", priority: "high", name: "losesAnswer" },
      );
      return client;
    }

    for (const onConflict of ["rename", "fail"] as const) {
      it(`takes its own copy for no conflict: ${onConflict}`, async () => {
        await seed(onConflict);
        const id = await add("a.csv", Buffer.from("new"));
        await run({ store: objectStore(losing("CopyObjectCommand"), bucket) }).outcome;
        expect(await placed()).to.deep.equal(["a.csv"]);
        expect(await row(id)).to.include({ state: "delivered", delivered_as: `${folder}a.csv`, attempts: 1 });
      });
    }

    it("finds a copy in parts", async () => {
      await seed("rename");
      const id = await add("a.csv", Buffer.from("new"));
      const limits = { mostBytesAtOnce: 1, partBytes: 5 * 1024 ** 2 };
      await run({ store: objectStore(losing("CompleteMultipartUploadCommand"), bucket, limits) }).outcome;
      expect(await placed()).to.deep.equal(["a.csv"]);
      expect(await row(id)).to.include({ state: "delivered", delivered_as: `${folder}a.csv` });
    });
  });

  it("does not place what may have arrived at a server before the subscription changed", async () => {
    await seed("replace");
    const note = { renamingTo: "/in/a.csv", renamingFrom: "/in/.a.csv.1.part", renamingServer: "old.example:22" };
    const id = await add("a.csv", Buffer.from("new"), note);
    await run().outcome;
    expect((await row(id)).reason).to.match(/^arrival uncertain: .* on old\.example:22, and the subscription places/);
    expect(await placed()).to.deep.equal([]);
  });

  it("refuses a name that is no single path segment", async () => {
    await seed("replace");
    const id = await add("../other/inbox/a.csv", Buffer.from("x"));
    await run().outcome;
    expect((await row(id)).state).to.equal("failed");
    expect(await placed()).to.deep.equal([]);
  });

  it("fails at once where the object version is gone", async () => {
    await seed("replace");
    const id = await add("a.csv", Buffer.from("new"));
    const Key = "northwind/claims/a.csv";
    const { VersionId } = await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
    await run().outcome;
    expect((await row(id)).state).to.equal("failed");
    expect((await row(id)).reason).to.match(/NoSuchVersion|NoSuchKey/);
  });

  it("tries again where S3 is away for a moment", async () => {
    await seed("replace");
    const id = await add("a.csv", Buffer.from("new"));
    let reads = 0;
    await run({
      readObject: readObject(
        {
          send: ((command: GetObjectCommand) =>
            reads++ === 0
              ? Promise.reject(Object.assign(new Error("Please reduce your request rate."), { name: "SlowDown" }))
              : s3.client.send(command)) as typeof s3.client.send,
        },
        bucket,
      ),
    }).outcome;
    expect(await row(id)).to.include({ state: "delivered", attempts: 2 });
  });

  it("places 40 files", async () => {
    await seed("fail");
    for (let i = 0; i < 40; i++) await add(`${i}.csv`, Buffer.from(`file ${i}`));
    await run().outcome;
    expect(await statesOf(ledger)).to.deep.equal({ delivered: 40 });
    expect((await placed()).length).to.equal(40);
  });

  it("places nothing of a subscription that now pushes, and lets it go there", async () => {
    await seed("replace");
    const id = await add("a.csv", Buffer.from("x"));
    const push = { kind: "push" as const, destination: "inbox", remotePath: remotePath("/in") };
    const claims = subscription("claims", { ...push, fileName: "{name}", onConflict: "replace" });
    await fixture.seed(subscriber("acme", { subscriptions: [claims] }));
    expect(await run().outcome).to.equal("drained");
    expect(await placed()).to.deep.equal([]);
    expect(await row(id)).to.include({ state: "ready", queue: "push:acme/inbox" });
  });
});
