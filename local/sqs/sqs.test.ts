import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { type SignedInEndpoint, startSignedIn } from "../aws-endpoint/signed-in";
import { ManualClock } from "../manual-clock";
import { Sqs } from "./sqs";

describe("Sqs", () => {
  let endpoint: SignedInEndpoint;
  let sqs: Sqs;
  let client: SQSClient;
  let clock: ManualClock;

  before(async () => {
    endpoint = await startSignedIn();
  });
  beforeEach(() => {
    clock = new ManualClock();
    sqs = new Sqs({ account: localAccount(), endpointUrl: endpoint.url, clock });
    endpoint.register(sqs);
    client = new SQSClient(endpoint.client);
  });
  afterEach(() => {
    client.destroy();
    sqs.stop();
  });
  after(() => endpoint.stop());

  const create = async (name: string, attributes: Record<string, string> = {}) => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    if (QueueUrl === undefined) throw new Error("no queue URL");
    return QueueUrl;
  };
  const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
  const send = (QueueUrl: string, MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("nothing was refused"),
      (error) => error,
    );

  it("carries a body and its attributes from sender to receiver with the sums the SDK checks", async () => {
    const url = await create("orders");
    expect(url).to.equal(`${endpoint.url}/000000000000/orders`);
    const attributes = {
      partner: { DataType: "String", StringValue: "acme" },
      size: { DataType: "Number.bytes", StringValue: "12" },
      key: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2, 255) },
    };
    const sent = await client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: "grüße", MessageAttributes: attributes }),
    );
    const [message] = await receive(url, { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
    expect(message?.Body).to.equal("grüße");
    expect(message?.MessageId).to.equal(sent.MessageId);
    expect(message?.MessageAttributes?.size?.StringValue).to.equal("12");
    expect([...(message?.MessageAttributes?.key?.BinaryValue ?? [])]).to.deep.equal([1, 2, 255]);
    expect(message?.MD5OfMessageAttributes).to.equal(sent.MD5OfMessageAttributes);
    expect(message?.Attributes).to.include({ ApproximateReceiveCount: "1", SenderId: "tester" });
  });

  it("computes the MD5 of attributes as the Developer Guide's algorithm gives it", async () => {
    const url = await create("sums");
    const { MD5OfMessageAttributes } = await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: "x",
        MessageAttributes: { timestamp: { DataType: "Number", StringValue: "1493147359900" } },
      }),
    );
    expect(MD5OfMessageAttributes).to.equal("235c5c510d26fb653d073faed50ae77c");
  });

  it("hides a received message until its visibility timeout ends", async () => {
    const url = await create("timeout", { VisibilityTimeout: "60" });
    await send(url, "a");
    expect(await receive(url)).to.have.length(1);
    clock.advance(59_999);
    expect(await receive(url)).to.have.length(0);
    clock.advance(1);
    const [again] = await receive(url, { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    expect(again?.Attributes).to.deep.equal({ ApproximateReceiveCount: "2" });
  });

  it("deletes by the newest receipt handle only, and takes a second delete for done", async () => {
    const url = await create("receipts", { VisibilityTimeout: "10" });
    await send(url, "a");
    const [first] = await receive(url);
    clock.advance(10_000);
    const [second] = await receive(url);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    expect(sqs.queue(url).depth()).to.deep.equal({ visible: 0, notVisible: 1, delayed: 0 });
    for (let time = 0; time < 2; time++) {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
    }
    expect(sqs.queue(url).peek()).to.deep.equal([]);
    const error = await failure(client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: "nonsense" })));
    expect(error.name).to.equal("ReceiptHandleIsInvalid");
  });

  it("moves a message to the dead-letter queue when it is received once too often", async () => {
    await create("dead");
    const redrive = { deadLetterTargetArn: sqs.arnOf("dead"), maxReceiveCount: 2 };
    const url = await create("work", { VisibilityTimeout: "5", RedrivePolicy: JSON.stringify(redrive) });
    await send(url, "poison");
    for (let receipt = 0; receipt < 2; receipt++) {
      expect(await receive(url)).to.have.length(1);
      clock.advance(5000);
    }
    // Nobody has asked for it a third time yet, so it is still here.
    expect(sqs.queue("dead").peek()).to.deep.equal([]);
    expect(await receive(url)).to.have.length(0);
    const [dead] = await receive(sqs.urlOf("dead"), { MessageSystemAttributeNames: ["All"] });
    expect(dead?.Body).to.equal("poison");
    expect(dead?.Attributes?.DeadLetterQueueSourceArn).to.equal(sqs.arnOf("work"));
    expect(sqs.queue(url).peek()).to.deep.equal([]);
  });

  it("refuses a dead-letter queue that does not exist or does not allow the source", async () => {
    const policy = (name: string) => JSON.stringify({ deadLetterTargetArn: sqs.arnOf(name), maxReceiveCount: 1 });
    const missing = await failure(create("a", { RedrivePolicy: policy("nowhere") }));
    expect(missing.message).to.contain("Dead letter target does not exist");
    await create("closed", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    const closed = await failure(create("b", { RedrivePolicy: policy("closed") }));
    expect(closed.message).to.contain("does not allow this source queue");
  });

  it("answers a long poll as soon as a message comes, and an empty one when its time is over", async () => {
    const url = await create("poll");
    const waiting = receive(url, { WaitTimeSeconds: 20 });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "late", DelaySeconds: 3 }));
    expect(sqs.queue(url).depth().delayed).to.equal(1);
    clock.advance(3000);
    expect((await waiting).map(({ Body }) => Body)).to.deep.equal(["late"]);
    const queue = sqs.queue(url);
    const first = queue.receive({ waitSeconds: 20 });
    const second = queue.receive({ waitSeconds: 20 });
    queue.send({ body: "one" });
    expect((await first).map(({ body }) => body)).to.deep.equal(["one"]);
    clock.advance(20_000);
    expect(await second).to.deep.equal([]);
  });

  it("changes the visibility of messages in flight only", async () => {
    const url = await create("visibility", { VisibilityTimeout: "30" });
    await send(url, "a");
    const [message] = await receive(url);
    const change = (VisibilityTimeout: number) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
      );
    await change(100);
    clock.advance(99_000);
    expect(sqs.queue(url).depth().visible).to.equal(0);
    await change(0);
    expect(sqs.queue(url).depth().visible).to.equal(1);
    expect((await failure(change(10))).name).to.equal("MessageNotInflight");
  });

  it("sends and deletes in batches, each entry for itself", async () => {
    const url = await create("batch");
    const sent = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: "good", MessageBody: "a" },
          { Id: "bad", MessageBody: "control \u0001" },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).to.deep.equal(["good"]);
    expect(sent.Failed?.map(({ Id, Code, SenderFault }) => ({ Id, Code, SenderFault }))).to.deep.equal([
      { Id: "bad", Code: "InvalidMessageContents", SenderFault: true },
    ]);
    const [message] = await receive(url);
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: "1", ReceiptHandle: message?.ReceiptHandle },
          { Id: "2", ReceiptHandle: "nonsense" },
        ],
      }),
    );
    expect(deleted.Successful?.map(({ Id }) => Id)).to.deep.equal(["1"]);
    expect(deleted.Failed?.map(({ Id }) => Id)).to.deep.equal(["2"]);
    const empty = await failure(client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [] })));
    expect(empty.name).to.equal("EmptyBatchRequest");
    const twice = await failure(
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: [
            { Id: "x", MessageBody: "a" },
            { Id: "x", MessageBody: "b" },
          ],
        }),
      ),
    );
    expect(twice.name).to.equal("BatchEntryIdsNotDistinct");
  });

  it("tells its depth, is purged, and forgets what it kept long enough", async () => {
    const url = await create("depth", { MessageRetentionPeriod: "60" });
    for (const body of ["a", "b", "c"]) await send(url, body);
    await receive(url, { MaxNumberOfMessages: 1 });
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }));
    expect(Attributes).to.include({
      ApproximateNumberOfMessages: "2",
      ApproximateNumberOfMessagesNotVisible: "1",
      QueueArn: sqs.arnOf("depth"),
      VisibilityTimeout: "30",
    });
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(sqs.queue(url).depth()).to.deep.equal({ visible: 0, notVisible: 0, delayed: 0 });
    await send(url, "old");
    clock.advance(60_001);
    expect(await receive(url)).to.have.length(0);
  });

  it("wakes a listener for each message that nobody waits for", async () => {
    const queue = sqs.createQueue("wake", { VisibilityTimeout: "1" });
    let woken = 0;
    const end = queue.onMessage(() => {
      woken += 1;
    });
    queue.send({ body: "a" });
    expect(woken).to.equal(1);
    await queue.receive();
    clock.advance(1000);
    expect(woken).to.equal(2);
    end();
    queue.send({ body: "b" });
    expect(woken).to.equal(2);
  });

  it("answers SQS's own errors", async () => {
    const missing = await failure(client.send(new GetQueueUrlCommand({ QueueName: "nowhere" })));
    expect(missing.name).to.equal("QueueDoesNotExist");
    expect(missing.Error.Code).to.equal("AWS.SimpleQueueService.NonExistentQueue");
    await create("same", { VisibilityTimeout: "10" });
    expect(await create("same", { VisibilityTimeout: "10" })).to.equal(sqs.urlOf("same"));
    expect((await failure(create("same", { VisibilityTimeout: "11" }))).name).to.equal("QueueNameExists");
    expect((await failure(create("a.fifo"))).message).to.equal("FIFO queues have no local stand-in.");
    const unknown = await failure(
      client.send(
        new SetQueueAttributesCommand({ QueueUrl: sqs.urlOf("same"), Attributes: { Nonsense: "1" } as never }),
      ),
    );
    expect(unknown.name).to.equal("InvalidAttributeName");
    const fifo = await failure(
      client.send(new SendMessageCommand({ QueueUrl: sqs.urlOf("same"), MessageBody: "a", MessageGroupId: "g" })),
    );
    expect(fifo.message).to.contain("does not implement MessageGroupId");
  });

  it("takes a service's message only if the queue's policy allows its source", () => {
    const topic = "arn:aws:sns:eu-central-1:000000000000:uploads";
    const queueArn = sqs.createQueue("guarded").arn;
    const deliver = () =>
      sqs.deliver({ service: "sns.amazonaws.com", sourceArn: topic, queueArn, message: { body: "a" } });
    expect(deliver()).to.contain("does not let sns.amazonaws.com");
    const statement = (sourceArn: string) => ({
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: { ArnLike: { "aws:SourceArn": sourceArn } },
    });
    const allow = (sourceArn: string) =>
      sqs.setAttributes(sqs.queue(queueArn), { Policy: JSON.stringify({ Statement: [statement(sourceArn)] }) });
    allow("arn:aws:sns:*:*:other");
    expect(deliver()).to.contain("does not let sns.amazonaws.com");
    allow(topic);
    expect(deliver()).to.equal(undefined);
    expect(sqs.queue(queueArn).peek()).to.deep.equal(["a"]);
  });
});
