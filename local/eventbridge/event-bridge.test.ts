import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { startSignedIn } from "../aws-endpoint/signed-in";
import { ManualClock } from "../manual-clock";
import { Sns } from "../sns/sns";
import { Sqs } from "../sqs/sqs";
import { EventBridge } from "./event-bridge";
import { eventBridgeHandlers } from "./handlers";

const account = localAccount();
const functionArn = `arn:aws:lambda:${account.region}:${account.accountId}:function:sweep`;
const upload = { source: "aws.transfer", detailType: "SFTP Server File Upload Completed", detail: { bytes: 3 } };

describe("EventBridge", () => {
  let clock: ManualClock;
  let sqs: Sqs;
  let invocations: { payload: unknown; source: object }[];
  let refuse: boolean;

  beforeEach(() => {
    clock = new ManualClock(new Date("2026-02-03T04:05:06.789Z"));
    sqs = new Sqs({ account, endpointUrl: "http://127.0.0.1:1", clock });
    invocations = [];
    refuse = false;
  });

  const start = (duplicate?: number) => {
    const invokeLambda = (_arn: string, payload: object, source: object) => {
      if (refuse) throw new Error("no permission");
      invocations.push({ payload, source });
    };
    const topics = new Sns({ account, queues: sqs, invokeLambda, clock });
    return new EventBridge({ account, queues: sqs, topics, invokeLambda, clock, duplicate });
  };
  const openQueue = (name: string) => {
    const queue = sqs.createQueue(name);
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.arn,
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:events:${account.region}:${account.accountId}:rule/*` } },
    };
    sqs.setAttributes(queue, { Policy: JSON.stringify({ Statement }) });
    return queue;
  };
  const uploads = { name: "uploads", eventPattern: '{"source":["aws.transfer"]}', enabled: true };

  it("delivers the real envelope to the targets of matching rules", async () => {
    const bus = start();
    const queue = openQueue("route");
    bus.putRule(uploads);
    bus.putTarget("uploads", { id: "route", arn: queue.arn });
    const { id } = bus.put({ ...upload, resources: ["arn:aws:transfer:server/s-1"] });
    bus.put({ ...upload, source: "aws.batch" });
    await bus.idle();
    expect(queue.peek().map((body) => JSON.parse(body))).to.deep.equal([
      {
        ...{ version: "0", id, "detail-type": upload.detailType, source: "aws.transfer", account: account.accountId },
        ...{ time: "2026-02-03T04:05:06Z", region: "eu-central-1" },
        ...{ resources: ["arn:aws:transfer:server/s-1"], detail: { bytes: 3 } },
      },
    ]);
  });

  it("delivers nothing from a disabled rule, and an event as often as a test wants", async () => {
    const bus = start(3);
    const queue = openQueue("route");
    bus.putRule({ ...uploads, enabled: false });
    bus.putTarget("uploads", { id: "route", arn: queue.arn });
    bus.put(upload);
    await bus.idle();
    expect(queue.peek()).to.deep.equal([]);
    bus.putRule(uploads);
    const { id } = bus.put(upload);
    await bus.idle();
    expect(queue.peek().map((body) => JSON.parse(body).id)).to.deep.equal([id, id, id]);
  });

  it("hands a target its own input, or the part of the event it asks for", async () => {
    const bus = start();
    bus.putRule(uploads);
    bus.putTarget("uploads", { id: "own", arn: functionArn, input: '{"run":true}' });
    bus.putTarget("uploads", { id: "part", arn: functionArn, inputPath: "$.detail.bytes" });
    bus.put(upload);
    await bus.idle();
    expect(invocations.map(({ payload }) => payload)).to.deep.equal([{ run: true }, 3]);
    expect(invocations[0]?.source).to.deep.equal({
      principal: "events.amazonaws.com",
      sourceArn: "arn:aws:events:eu-central-1:000000000000:rule/uploads",
    });
    expect(() => bus.putTarget("uploads", { id: "x", arn: functionArn, inputPath: "$..all" })).to.throw(/InputPath/);
  });

  it("runs a rate schedule, and stops with its rule", async () => {
    const bus = start();
    const rule = bus.putRule({ name: "sweep", scheduleExpression: "rate(5 minutes)", enabled: true });
    bus.putTarget("sweep", { id: "sweep", arn: functionArn });
    clock.advance(4 * 60_000);
    expect(invocations).to.have.length(0);
    clock.advance(6 * 60_000);
    await bus.idle();
    expect(invocations.map(({ payload }) => (payload as { time: string }).time)).to.deep.equal([
      "2026-02-03T04:10:06Z",
      "2026-02-03T04:15:06Z",
    ]);
    expect(invocations[0]?.payload).to.include({ source: "aws.events", "detail-type": "Scheduled Event" });
    expect(() => bus.deleteRule("sweep")).to.throw("Rule can't be deleted since it has targets.");
    bus.deleteTarget("sweep", "sweep");
    bus.deleteRule(rule.name);
    clock.advance(60 * 60_000);
    await bus.idle();
    expect(invocations).to.have.length(2);
  });

  for (const expression of [
    "rate(1 minutes)",
    "rate(5 minute)",
    "rate(0 minutes)",
    "rate(2 weeks)",
    "cron(0 1 * * ? *)",
  ]) {
    it(`refuses the schedule ${expression}`, () => {
      const rule = { name: "x", scheduleExpression: expression, enabled: true };
      expect(() => start().putRule(rule)).to.throw(
        /ScheduleExpression is not valid|Cron schedules have no local stand-in/,
      );
    });
  }

  it("puts what a target refuses on its dead-letter queue, and records it", async () => {
    const bus = start();
    refuse = true;
    const dead = openQueue("dead");
    const closed = sqs.createQueue("closed");
    bus.putRule(uploads);
    bus.putTarget("uploads", { id: "function", arn: functionArn, deadLetterArn: dead.arn });
    bus.putTarget("uploads", { id: "queue", arn: closed.arn });
    const { id } = bus.put(upload);
    await bus.idle();
    const [message] = await dead.receive();
    expect(JSON.parse(message?.body ?? "").id).to.equal(id);
    expect(message?.attributes.TARGET_ARN?.stringValue).to.equal(functionArn);
    expect(message?.attributes.ERROR_MESSAGE?.stringValue).to.equal("no permission");
    const failed = bus.failures.list.map(({ to, deadLetterArn }) => ({ to, deadLetterArn }));
    expect(failed).to.have.deep.members([
      { to: functionArn, deadLetterArn: dead.arn },
      { to: closed.arn, deadLetterArn: undefined },
    ]);
    expect(closed.peek()).to.deep.equal([]);
  });

  it("answers PutEvents over the wire, and keeps aws sources to AWS", async () => {
    const endpoint = await startSignedIn();
    try {
      const bus = start();
      endpoint.register(bus);
      const queue = openQueue("wire");
      bus.putRule({ name: "own", eventPattern: '{"source":["acme.orders"]}', enabled: true });
      bus.putTarget("own", { id: "wire", arn: queue.arn });
      const entry = { Source: "acme.orders", DetailType: "Order", Detail: '{"n":1}' };
      const answer = await putEvents(endpoint, [
        entry,
        { ...entry, Source: "aws.transfer" },
        { ...entry, Detail: "x" },
      ]);
      await bus.idle();
      expect(answer.FailedEntryCount).to.equal(2);
      expect(answer.Entries.map(({ ErrorCode }) => ErrorCode)).to.deep.equal([
        undefined,
        "NotAuthorizedForSourceException",
        "MalformedDetail",
      ]);
      expect(queue.peek().map((body) => JSON.parse(body).id)).to.deep.equal([answer.Entries[0]?.EventId]);
    } finally {
      await endpoint.stop();
    }
  });

  it("serves the program's rules and targets", async () => {
    const bus = start();
    const handlers = eventBridgeHandlers(bus);
    const rules = handlers["aws:cloudwatch/eventRule:EventRule"];
    const targets = handlers["aws:cloudwatch/eventTarget:EventTarget"];
    const pattern = '{"source":["aws.transfer"]}';
    const rule = await rules?.create({ eventPattern: pattern }, "uploads");
    expect(rule?.id).to.match(/^uploads-[0-9a-f]{7}$/);
    expect(rule?.outputs.arn).to.equal(`arn:aws:events:eu-central-1:000000000000:rule/${rule?.id}`);
    const queue = openQueue("target");
    const inputs = { rule: rule?.id, arn: queue.arn, targetId: "route" };
    const target = await targets?.create(inputs, "target");
    expect(target?.id).to.equal(`${rule?.id}-route`);
    bus.put(upload);
    await rules?.update?.(rule?.id ?? "", { eventPattern: pattern, state: "DISABLED" }, { eventPattern: pattern });
    bus.put(upload);
    await bus.idle();
    expect(queue.peek()).to.have.length(1);
    await targets?.delete(target?.id ?? "", inputs);
    await rules?.delete(rule?.id ?? "", {});
    expect(bus.findRule(rule?.id ?? "")).to.equal(undefined);
    const task = { ...inputs, ecsTarget: { taskDefinitionArn: "x" } };
    const refused = await targets?.create(task, "target").catch((error: Error) => error.message);
    expect(refused).to.contain("ecsTarget");
  });
});

interface PutEventsAnswer {
  FailedEntryCount: number;
  Entries: { EventId?: string; ErrorCode?: string }[];
}

/** There is no EventBridge client here, so the request is signed by hand. */
async function putEvents(
  { url, client }: Awaited<ReturnType<typeof startSignedIn>>,
  Entries: object[],
): Promise<PutEventsAnswer> {
  const { Sha256 } = await import("@smithy/core/checksum");
  const signer = new SignatureV4({ ...client, service: "events", sha256: Sha256 });
  const { hostname, host, port } = new URL(url);
  const body = JSON.stringify({ Entries });
  const headers = { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.PutEvents" };
  const request = { method: "POST", protocol: "http:", hostname, port: Number(port), path: "/", headers, body };
  const signed = await signer.sign({ ...request, query: {} });
  const response = await fetch(url, { method: "POST", headers: signed.headers, body });
  return (await response.json()) as PutEventsAnswer;
}
