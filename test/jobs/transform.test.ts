import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { objectFailure } from "../../domain/delivery-failure";
import type { TransformStep } from "../../domain/entitlements";
import { requestDrain } from "../../domain/ledger/drains";
import type { Ledger } from "../../domain/ledger/ledger";
import type { Notification } from "../../domain/notification";
import { remotePath } from "../../domain/paths";
import { readObject } from "../../jobs/read-object";
import { tellPartner } from "../../jobs/tell-partner";
import { type Converters, converters } from "../../jobs/transform/converters";
import { type TransformJob, transform } from "../../jobs/transform/transform";
import { uploadResult } from "../../jobs/transform/upload-result";
import { bytesOf, type S3Fixture, startS3 } from "../../local/s3/s3-fixture";
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

const queue = "transform:acme";
const sendQueue = "push:acme/inbox";
const bucket = "the-bucket";
const convert = (sql: string | null): TransformStep => ({ kind: "convert", from: "csv", to: "json", sql });

describe("the transform job", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let s3: S3Fixture;
  let converting: Converters;
  let temporary: string;
  const realTemporary = process.env.TMPDIR;

  before(async () => {
    fixture = await startLedger();
    ledger = fixture.ledger;
    converting = converters({ script: join(__dirname, "mortal-converter.cjs") });
  });
  after(async () => {
    await converting.stop();
    await fixture.stop();
  });
  beforeEach(async () => {
    await fixture.clear();
    s3 = await startS3();
    await s3.s3.createBucket({ bucket });
    await s3.s3.setVersioning({ bucket, status: "Enabled" });
    const push = { kind: "push" as const, destination: "inbox", remotePath: remotePath("/inbox") };
    await fixture.seed(
      publisher,
      subscriber("acme", {
        subscriptions: [
          subscription("claims", { ...push, fileName: "{stem}.json", onConflict: "fail" }, [
            convert("SELECT id, amount::DECIMAL(10, 2) AS amount FROM input ORDER BY id"),
          ]),
          subscription("odd", { ...push, fileName: "{stem}.x", onConflict: "fail" }, [
            { kind: "hl7-to-json" } as unknown as TransformStep,
          ]),
        ],
      }),
    );
    // Everything that a job leaves behind would be here.
    temporary = await mkdtemp(join(tmpdir(), "quayside-transform-test-"));
    process.env.TMPDIR = temporary;
  });
  afterEach(async () => {
    if (realTemporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = realTemporary;
    await s3.stop();
    expect(await readdir(temporary)).to.deep.equal([]);
    await rm(temporary, { recursive: true, force: true });
  });

  async function add(content: Uint8Array | string, others: Partial<DeliverySeed> = {}): Promise<number> {
    const finalName = others.finalName ?? "claims.json";
    const body = Buffer.from(content);
    const { VersionId } = await s3.client.send(
      new PutObjectCommand({ Bucket: bucket, Key: `northwind/claims/${finalName}`, Body: body }),
    );
    const { id } = await addDelivery(ledger, {
      ...{ subscription: "acme/claims", queue, sendQueue, state: "waiting", finalName, content: body },
      ...others,
    });
    await ledger.query("UPDATE delivery SET version_id = $2 WHERE id = $1", [id, VersionId]);
    return id;
  }

  function run(others: Partial<TransformJob> = {}) {
    const notifications: Notification[] = [];
    const submitted: string[] = [];
    const [stopping, abandoning] = [new AbortController(), new AbortController()];
    const outcome = transform({
      ...{ ledger, queue, owner: randomBytes(8).toString("hex"), retryDelay: () => 0, log: () => {} },
      ...{ readObject: readObject(s3.client, bucket), uploadResult: uploadResult(s3.client, bucket) },
      convert: converting.convert,
      memoryBytes: 512 * 1024 ** 2,
      submitJob: async (name) => {
        // By now the delivery must be visible to the job.
        expect(await statesOf(ledger)).to.have.property("ready");
        submitted.push(name);
        return "a-job-id";
      },
      tell: tellPartner(
        async (notification) => void notifications.push(notification),
        () => {},
      ),
      shutdown: { stopping: stopping.signal, abandoning: abandoning.signal },
      ...others,
    });
    const abandon = () => {
      stopping.abort();
      abandoning.abort();
    };
    return { outcome, notifications, submitted, abandon };
  }
  const row = (id: number) => deliveryRow(ledger, id);

  it("writes the result, makes it ready to send and starts a job for it", async () => {
    const original = Buffer.from("id,amount\n2,1.5\n1,20\n");
    const id = await add(original);
    await ledger.transaction((transaction) => requestDrain(transaction, queue));
    const { outcome, submitted, notifications } = run();
    expect(await outcome).to.equal("drained");
    const expected = '[\n\t{"id":1,"amount":20.0},\n\t{"id":2,"amount":1.5}\n]\n';
    const ready = await row(id);
    expect(ready).to.include({
      ...{
        state: "ready",
        queue: sendQueue,
        attempts: 0,
        size: expected.length,
        sha256: sha256(Buffer.from(expected)),
      },
      ...{ object_key: `.transformed/${id}/1/claims.json`, transfer_sha256: sha256(original), lease_owner: null },
    });
    const { Body } = await s3.client.send(
      new GetObjectCommand({ Bucket: bucket, Key: ready.object_key, VersionId: ready.version_id }),
    );
    expect((await bytesOf(Body as AsyncIterable<Uint8Array>)).toString()).to.equal(expected);
    expect(submitted).to.deep.equal([sendQueue]);
    const { rows } = await ledger.query("SELECT queue, job_id FROM drain");
    expect(rows).to.deep.equal([{ queue: sendQueue, job_id: "a-job-id" }]);
    expect(notifications).to.deep.equal([]);
  });

  it("starts one job for many files", async () => {
    for (let i = 0; i < 20; i++) await add(`id,amount\n${i},1\n`, { finalName: `${i}.json` });
    const { outcome, submitted } = run();
    await outcome;
    expect(await statesOf(ledger)).to.deep.equal({ ready: 20 });
    expect(submitted).to.deep.equal([sendQueue]);
  });

  it("fails bad input for good, with row and reason, and tells the subscriber", async () => {
    const id = await add("id,amount\n1,2\n2,3\n3,many\n");
    const fine = await add("id,amount\n1,2\n", { finalName: "fine.json" });
    const { outcome, notifications } = run();
    expect(await outcome).to.equal("drained");
    expect(await row(id)).to.include({ state: "failed", attempts: 1, object_key: "northwind/claims/claims.json" });
    const reason = "row 3: a value of column amount cannot be converted to DECIMAL(10,2)";
    expect((await row(id)).reason).to.equal(reason);
    expect((await row(fine)).state).to.equal("ready");
    expect(notifications.map(({ event, partner }) => [event, partner])).to.deep.equal([["delivery.failed", "acme"]]);
    expect(notifications[0]?.message).to.include(`Reason: ${reason}`);
  });

  it("fails a file that ends its converter, for good and alone", async () => {
    const hostile = await add("id,amount\n1,end with SIGSEGV\n", { finalName: "hostile.json" });
    for (let i = 0; i < 4; i++) await add(`id,amount\n${i},1\n`, { finalName: `${i}.json` });
    const { outcome, notifications } = run();
    expect(await outcome).to.equal("drained");
    expect(await row(hostile)).to.include({
      ...{ state: "failed", attempts: 1, reason: "the file ended the converter (SIGSEGV)" },
    });
    expect(await statesOf(ledger)).to.deep.equal({ failed: 1, ready: 4 });
    expect(notifications.length).to.equal(1);
  });

  it("fails a step that it does not know, by name", async () => {
    const id = await add("x", { subscription: "acme/odd" });
    await run().outcome;
    expect(await row(id)).to.include({ state: "failed", reason: 'unknown transform step "hl7-to-json"' });
  });

  it("tries again what can pass, five times", async () => {
    const id = await add("id,amount\n1,2\n");
    const upload = uploadResult(s3.client, bucket);
    const away = async () => {
      throw objectFailure(new Error("S3 is away"), "writing the result");
    };
    const keys: string[] = [];
    await run({ uploadResult: (...result) => (keys.push(result[0]) === 1 ? away() : upload(...result)) }).outcome;
    // Whatever an earlier attempt still writes, it writes elsewhere.
    expect(keys).to.deep.equal([1, 2].map((claim) => `.transformed/${id}/${claim}/claims.json`));
    expect((await row(id)).state).to.equal("ready");
    const other = await add("id,amount\n1,2\n", { finalName: "other.json" });
    const { outcome, notifications } = run({ uploadResult: away });
    await outcome;
    expect(await row(other)).to.include({ state: "failed", attempts: 5 });
    expect((await row(other)).reason).to.equal("gave up after 5 attempts: writing the result: S3 is away");
    expect(notifications.map(({ message }) => /^Reason: .*$/m.exec(message)?.[0])).to.deep.equal([
      "Reason: gave up after 5 attempts: something went wrong on our side; our operators have the details",
    ]);
  });

  it("leaves the delivery ready where Batch does not take the job, for the sweep", async () => {
    const id = await add("id,amount\n1,2\n");
    expect(await run({ submitJob: () => Promise.reject(new Error("Batch is away")) }).outcome).to.equal("drained");
    expect((await row(id)).state).to.equal("ready");
    const { rows } = await ledger.query("SELECT queue, job_id FROM drain WHERE lease_until <= now()");
    expect(rows).to.deep.equal([{ queue: sendQueue, job_id: null }]);
  });

  it("never transforms a file twice where two jobs drain one queue", async () => {
    for (let i = 0; i < 20; i++) await add(`id,amount\n${i},1\n`, { finalName: `${i}.json` });
    const keys: string[] = [];
    const upload = uploadResult(s3.client, bucket);
    const counted: TransformJob["uploadResult"] = (key, path) => {
      keys.push(key);
      return upload(key, path);
    };
    await Promise.all([run({ uploadResult: counted }).outcome, run({ uploadResult: counted }).outcome]);
    expect(await statesOf(ledger)).to.deep.equal({ ready: 20 });
    expect(new Set(keys).size).to.equal(20);
    expect(keys.length).to.equal(20);
  });

  it("gives back what it can't finish, without counting the attempt", async () => {
    const id = await add("id,amount\n1,2\n");
    await ledger.query(
      `UPDATE subscription SET transform = jsonb_set(transform, '{0,sql}', to_jsonb($1::text)) WHERE id = 'acme/claims'`,
      ["SELECT count(*) AS id, max(a.range + b.range) AS amount FROM range(10000000) a, range(10000000) b"],
    );
    const job = run();
    const upload = setInterval(() => {
      // Its folder is there as soon as it is at work.
      void readdir(temporary).then((found) => found.length > 0 && job.abandon());
    }, 50);
    expect(await job.outcome).to.equal("stopped");
    clearInterval(upload);
    expect(await row(id)).to.include({ state: "waiting", attempts: 0, lease_owner: null });
    expect(job.notifications).to.deep.equal([]);
  });

  it("ends with an error that is nobody's fault but its own, after noting it", async () => {
    const id = await add("id,amount\n1,2\n");
    const error = await errorOf(
      run({ uploadResult: () => Promise.reject(new TypeError("x is not a function")), retryDelay: () => 60 }).outcome,
    );
    expect(error.message).to.equal("x is not a function");
    expect(await row(id)).to.include({
      state: "waiting",
      reason: "unexpected error: x is not a function",
      attempts: 1,
    });
  });
});
