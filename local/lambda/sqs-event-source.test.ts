import { expect } from "chai";
import { systemClock } from "../clock";
import { Queue } from "../sqs/queue";
import { defaultSettings } from "../sqs/queue-attributes";
import { eventually, type LocalLambda, startLambda } from "./lambda-fixture";

const arn = "arn:aws:sqs:eu-central-1:000000000000:uploads";

/** Writes each batch it gets as one line of its log; fails the messages whose body says so. */
const consumer = `
exports.handler = async (event) => {
  console.log(JSON.stringify(event));
  const bodies = event.Records.map(({ body }) => body);
  if (bodies.includes("throw")) throw new Error("no");
  if (bodies.includes("wrong id")) return { batchItemFailures: [{ itemIdentifier: "unknown" }] };
  if (bodies.includes("wait")) await new Promise((r) => setTimeout(r, 100));
  return { batchItemFailures: event.Records.filter(({ body }) => body === "fail").map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

describe("an event source mapping of an SQS queue", () => {
  let local: LocalLambda;
  let queue: Queue;
  beforeEach(async () => {
    queue = new Queue(
      { arn, clock: systemClock, moveToDeadLetterQueue: () => false },
      { ...defaultSettings, visibilityTimeout: 600 },
    );
    local = await startLambda({ queueOf: () => queue, authorize: (access) => void local.accesses.push(access) });
    await local.deploy("consumer", consumer, { timeout: 10 });
  });
  afterEach(async () => {
    await local.stop();
    queue.close();
  });

  const map = (inputs: Record<string, unknown> = {}) =>
    local.handler("eventSourceMapping:EventSourceMapping").create(
      {
        functionName: "consumer",
        eventSourceArn: arn,
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...inputs,
      },
      "mapping",
    );
  const batches = () =>
    local.lambda
      .log("consumer")
      .filter(({ stream }) => stream === "stdout")
      .map(({ text }) => JSON.parse(text).Records as Record<string, unknown>[]);
  const bodies = () => batches().map((records) => records.map(({ body }) => body));
  const settled = (left: number) =>
    eventually(() => expect(queue.depth()).to.deep.include({ visible: 0, notVisible: left }));

  it("hands over messages as AWS shapes them, and deletes them", async () => {
    const { outputs } = await map();
    expect(outputs.state).to.equal("Enabled");
    const { messageId } = queue.send({
      body: "hello",
      senderId: "AROAEXAMPLE:sender",
      attributes: {
        kind: { dataType: "String", stringValue: "s" },
        raw: { dataType: "Binary", binaryValue: Buffer.from("b") },
      },
    });
    await settled(0);
    const record = batches()[0]?.[0];
    expect(record).to.deep.include({
      messageId,
      body: "hello",
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      eventSource: "aws:sqs",
      eventSourceARN: arn,
      awsRegion: "eu-central-1",
      messageAttributes: {
        kind: { dataType: "String", stringValue: "s", stringListValues: [], binaryListValues: [] },
        raw: { dataType: "Binary", binaryValue: "Yg==", stringListValues: [], binaryListValues: [] },
      },
    });
    expect(record?.receiptHandle).to.be.a("string");
    expect(Object.keys(record?.attributes ?? {}).sort()).to.deep.equal([
      "ApproximateFirstReceiveTimestamp",
      "ApproximateReceiveCount",
      "SenderId",
      "SentTimestamp",
    ]);
    expect(local.accesses.map(({ action }) => action)).to.include.members(["sqs:ReceiveMessage", "sqs:DeleteMessage"]);
  });

  it("takes what waited before it was made, in batches", async () => {
    for (let n = 0; n < 5; n += 1) queue.send({ body: String(n) });
    await map({ batchSize: 3 });
    await settled(0);
    expect(bodies().sort()).to.deep.equal([
      ["0", "1", "2"],
      ["3", "4"],
    ]);
  });

  it("returns only the messages that the function reports as failed", async () => {
    for (const body of ["a", "fail", "b"]) queue.send({ body });
    await map();
    await settled(1);
    expect(queue.peek()).to.deep.equal(["fail"]);
  });

  for (const body of ["throw", "wrong id"]) {
    it(`fails the whole batch on ${body}`, async () => {
      for (const each of ["a", body]) queue.send({ body: each });
      await map();
      // Each batch ends before the next message is deleted, which shows that the first batch is over.
      await eventually(() => expect(bodies()).to.have.length(1));
      queue.send({ body: "next" });
      await eventually(() => expect(bodies()).to.have.length(2));
      await eventually(() => expect(queue.peek()).to.deep.equal(["a", body]));
    });
  }

  it("ignores reported failures that were not asked for", async () => {
    queue.send({ body: "fail" });
    await map({ functionResponseTypes: [] });
    await settled(0);
    expect(bodies()).to.deep.equal([["fail"]]);
  });

  it("collects messages while the batching window is open", async () => {
    await map({ batchSize: 20, maximumBatchingWindowInSeconds: 1 });
    queue.send({ body: "a" });
    setTimeout(() => queue.send({ body: "b" }), 100);
    await eventually(() => expect(bodies()).to.deep.equal([["a", "b"]]));
  });

  it("keeps to the maximum concurrency", async () => {
    for (let n = 0; n < 6; n += 1) queue.send({ body: "wait" });
    await map({ batchSize: 1, scalingConfig: { maximumConcurrency: 2 } });
    let most = 0;
    await eventually(() => {
      most = Math.max(most, queue.depth().notVisible);
      expect(queue.depth()).to.deep.include({ visible: 0, notVisible: 0 });
    });
    expect(most).to.equal(2);
  });

  it("ends with its resource", async () => {
    const { id } = await map();
    await local.handler("eventSourceMapping:EventSourceMapping").delete(id, {});
    queue.send({ body: "left" });
    expect(queue.depth().visible).to.equal(1);
  });

  it("refuses what it does not implement", async () => {
    const fault = (inputs: Record<string, unknown>) => map(inputs).catch((error: Error) => error.message);
    expect(await fault({ batchSize: 11 })).to.contain("maximumBatchingWindowInSeconds");
    expect(await fault({ filterCriteria: { filters: [] } })).to.contain("filterCriteria");
    expect(await fault({ eventSourceArn: `${arn}.fifo` })).to.contain("eventSourceArn");
    expect(await fault({ functionName: "absent" })).to.contain("Function not found");
  });
});
