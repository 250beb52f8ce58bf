import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { type SignedInEndpoint, startSignedIn } from "../aws-endpoint/signed-in";
import { Sqs } from "../sqs/sqs";
import { Sns } from "./sns";

const account = localAccount();
const functionArn = `arn:aws:lambda:${account.region}:${account.accountId}:function:notify`;

describe("Sns", () => {
  let endpoint: SignedInEndpoint;
  let sqs: Sqs;
  let sns: Sns;
  let client: SNSClient;
  let invocations: { functionArn: string; payload: object; source: object }[];
  let refuseInvocations: string | undefined;

  before(async () => {
    endpoint = await startSignedIn();
  });
  beforeEach(() => {
    invocations = [];
    refuseInvocations = undefined;
    sqs = new Sqs({ account, endpointUrl: endpoint.url });
    sns = new Sns({
      account,
      queues: sqs,
      invokeLambda: async (functionArn, payload, source) => {
        if (refuseInvocations) throw new Error(refuseInvocations);
        invocations.push({ functionArn, payload, source });
      },
    });
    endpoint.register(sns);
    client = new SNSClient(endpoint.client);
  });
  afterEach(() => {
    client.destroy();
    sqs.stop();
  });
  after(() => endpoint.stop());

  const createTopic = async (name: string) =>
    (await client.send(new CreateTopicCommand({ Name: name }))).TopicArn ?? "";
  const subscribe = async (
    TopicArn: string,
    Protocol: string,
    Endpoint: string,
    Attributes: Record<string, string> = {},
  ) => {
    const input = { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
    return (await client.send(new SubscribeCommand(input))).SubscriptionArn ?? "";
  };
  /** A queue that lets this topic send to it. */
  const openQueue = (name: string, topicArn: string) => {
    const queue = sqs.createQueue(name);
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.arn,
      Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
    };
    sqs.setAttributes(queue, { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    return queue;
  };
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("nothing was refused"),
      (error) => error,
    );

  it("wraps what it delivers in the envelope, and delivers raw where asked", async () => {
    const topicArn = await createTopic("events");
    const wrapped = openQueue("wrapped", topicArn);
    const raw = openQueue("raw", topicArn);
    await subscribe(topicArn, "sqs", wrapped.arn);
    await subscribe(topicArn, "sqs", raw.arn, { RawMessageDelivery: "true" });
    const { MessageId } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Message: 'says <"hello"> & goes\nüber',
        Subject: "Subject",
        MessageAttributes: {
          partner: { DataType: "String", StringValue: "acme" },
          blob: { DataType: "Binary", BinaryValue: Uint8Array.of(7, 8) },
        },
      }),
    );
    await sns.idle();
    const [envelope] = await wrapped.receive();
    const parsed = JSON.parse(envelope?.body ?? "");
    expect(parsed).to.include({
      ...{ Type: "Notification", MessageId, TopicArn: topicArn, Subject: "Subject" },
      ...{ Message: 'says <"hello"> & goes\nüber', SignatureVersion: "1" },
    });
    expect(parsed.MessageAttributes).to.deep.equal({
      partner: { Type: "String", Value: "acme" },
      blob: { Type: "Binary", Value: "Bwg=" },
    });
    const [bare] = await raw.receive();
    expect(bare?.body).to.equal('says <"hello"> & goes\nüber');
    expect(bare?.attributes.partner?.stringValue).to.equal("acme");
    expect([...(bare?.attributes.blob?.binaryValue ?? [])]).to.deep.equal([7, 8]);
  });

  it("drops, and records, what the queue's policy does not allow", async () => {
    const topicArn = await createTopic("closed");
    const queue = sqs.createQueue("closed");
    await subscribe(topicArn, "sqs", queue.arn);
    await client.send(new PublishCommand({ TopicArn: topicArn, Message: "lost" }));
    await sns.idle();
    expect(queue.peek()).to.deep.equal([]);
    expect(sns.failures.list).to.have.length(1);
    expect(sns.failures.list[0]).to.include({
      from: topicArn,
      to: queue.arn,
      message: "lost",
      deadLetterArn: undefined,
    });
    expect(sns.failures.list[0]?.reason).to.contain("does not let sns.amazonaws.com send messages");
  });

  it("invokes a function with the event Lambda gets, and sends what it refuses to the dead-letter queue", async () => {
    const topicArn = await createTopic("functions");
    const dead = openQueue("dead", topicArn);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn });
    const subscriptionArn = await subscribe(topicArn, "lambda", functionArn, { RedrivePolicy });
    await client.send(new PublishCommand({ TopicArn: topicArn, Message: "go" }));
    await sns.idle();
    expect(invocations).to.have.length(1);
    expect(invocations[0]?.source).to.deep.equal({ principal: "sns.amazonaws.com", sourceArn: topicArn });
    const { Records = [] } = (invocations[0]?.payload ?? {}) as { Records?: Record<string, unknown>[] };
    expect(Records[0]).to.include({
      EventSource: "aws:sns",
      EventVersion: "1.0",
      EventSubscriptionArn: subscriptionArn,
    });
    expect(Records[0]?.Sns).to.include({ Type: "Notification", TopicArn: topicArn, Message: "go", Subject: null });
    refuseInvocations = "no permission";
    await client.send(new PublishCommand({ TopicArn: topicArn, Message: "again" }));
    await sns.idle();
    expect(JSON.parse(dead.peek()[0] ?? "").Message).to.equal("again");
    expect(sns.failures.list[0]).to.include({ reason: "no permission", deadLetterArn: dead.arn });
  });

  it("filters by attributes for each subscription, and keeps e-mail in the outbox", async () => {
    const topicArn = await createTopic("notifications");
    await subscribe(topicArn, "email", "ops@acme.example", { FilterPolicy: '{"partner":["acme"]}' });
    await subscribe(topicArn, "email", "ops@beta.example", { FilterPolicy: '{"partner":["beta"]}' });
    for (const partner of ["acme", "beta", "acme"]) {
      const MessageAttributes = { partner: { DataType: "String", StringValue: partner } };
      await client.send(
        new PublishCommand({ TopicArn: topicArn, Subject: "News", Message: `for ${partner}`, MessageAttributes }),
      );
    }
    await sns.idle();
    const sent = sns.outbox.map(({ endpoint, subject, message }) => `${endpoint}: ${subject}: ${message}`);
    expect(sent).to.deep.equal([
      "ops@acme.example: News: for acme",
      "ops@beta.example: News: for beta",
      "ops@acme.example: News: for acme",
    ]);
  });

  it("filters by the body, and changes a policy in place", async () => {
    const topicArn = await createTopic("uploads");
    const queue = openQueue("uploads", topicArn);
    const subscriptionArn = await subscribe(topicArn, "sqs", queue.arn, {
      RawMessageDelivery: "true",
      FilterPolicyScope: "MessageBody",
      FilterPolicy: JSON.stringify({ Records: { s3: { object: { key: [{ prefix: "u/" }] } } } }),
    });
    const publish = (key: string) =>
      client.send(
        new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify({ Records: [{ s3: { object: { key } } }] }) }),
      );
    await publish("u/1");
    await publish("v/2");
    const AttributeValue = JSON.stringify({ Records: { s3: { object: { key: [{ prefix: "v/" }] } } } });
    await client.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: subscriptionArn,
        AttributeName: "FilterPolicy",
        AttributeValue,
      }),
    );
    await publish("u/3");
    await publish("v/4");
    await sns.idle();
    expect(queue.peek().map((body) => JSON.parse(body).Records[0].s3.object.key)).to.deep.equal(["u/1", "v/4"]);
    const { Attributes } = await client.send(
      new GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn }),
    );
    expect(Attributes).to.include({
      FilterPolicy: AttributeValue,
      FilterPolicyScope: "MessageBody",
      RawMessageDelivery: "true",
    });
  });

  it("publishes for a service only where the topic's policy allows its source", async () => {
    const topicArn = await createTopic("from-s3");
    const bucketArn = "arn:aws:s3:::files";
    const publish = () =>
      sns.publishAsService({
        ...{ service: "s3.amazonaws.com", sourceArn: bucketArn, topicArn },
        message: { message: "{}", subject: "Amazon S3 Notification" },
      });
    expect(publish).to.throw(/does not let s3.amazonaws.com publish from arn:aws:s3:::files/);
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "SNS:Publish",
      Resource: topicArn,
      Condition: { ArnLike: { "aws:SourceArn": bucketArn }, StringEquals: { "aws:SourceAccount": account.accountId } },
    };
    await client.send(
      new SetTopicAttributesCommand({
        TopicArn: topicArn,
        AttributeName: "Policy",
        AttributeValue: JSON.stringify({ Statement: [Statement] }),
      }),
    );
    expect(publish()).to.match(/^[0-9a-f-]{36}$/);
    expect(sns.failures.list.map(({ from, to }) => ({ from, to }))).to.deep.equal([{ from: bucketArn, to: topicArn }]);
  });

  it("publishes in batches, each entry for itself", async () => {
    const topicArn = await createTopic("batch");
    await subscribe(topicArn, "email", "a@acme.example");
    const result = await client.send(
      new PublishBatchCommand({
        TopicArn: topicArn,
        PublishBatchRequestEntries: [
          {
            Id: "good",
            Message: "fine",
            Subject: "x",
            MessageAttributes: { n: { DataType: "Number", StringValue: "1" } },
          },
          { Id: "bad", Message: "broken", Subject: "two\nlines" },
        ],
      }),
    );
    await sns.idle();
    expect(result.Successful?.map(({ Id }) => Id)).to.deep.equal(["good"]);
    expect(result.Failed?.map(({ Id, Code, SenderFault }) => ({ Id, Code, SenderFault }))).to.deep.equal([
      { Id: "bad", Code: "InvalidParameter", SenderFault: true },
    ]);
    expect(sns.outbox.map(({ message, attributes }) => ({ message, n: attributes.n?.stringValue }))).to.deep.equal([
      { message: "fine", n: "1" },
    ]);
  });

  it("answers SNS's own errors", async () => {
    const missing = await failure(client.send(new PublishCommand({ TopicArn: sns.arnOf("nowhere"), Message: "a" })));
    expect(missing.name).to.equal("NotFoundException");
    expect(missing.message).to.equal("Topic does not exist");
    const topicArn = await createTopic("errors");
    const complex = JSON.stringify({ a: Array.from({ length: 151 }, (_, index) => `v${index}`) });
    const refused = await failure(subscribe(topicArn, "email", "a@b.example", { FilterPolicy: complex }));
    expect(refused.name).to.equal("InvalidParameterException");
    expect(refused.message).to.contain("too complex");
    expect(sns.subscriptionsOf(topicArn)).to.deep.equal([]);
    expect((await failure(subscribe(topicArn, "sms", "+49"))).message).to.contain("sms have no local stand-in");
    const subject = "x".repeat(101);
    const long = await failure(client.send(new PublishCommand({ TopicArn: topicArn, Message: "a", Subject: subject })));
    expect(long.message).to.equal("Invalid parameter: Subject");
  });

  it("subscribes an endpoint once, lists it, and forgets it", async () => {
    const topicArn = await createTopic("lists");
    const first = await subscribe(topicArn, "email", "a@b.example");
    expect(await subscribe(topicArn, "email", "a@b.example")).to.equal(first);
    const list = () => client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
    expect((await list()).Subscriptions?.map(({ Endpoint }) => Endpoint)).to.deep.equal(["a@b.example"]);
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    expect(Attributes).to.include({ TopicArn: topicArn, Owner: account.accountId, SubscriptionsConfirmed: "1" });
    await client.send(new UnsubscribeCommand({ SubscriptionArn: first }));
    expect((await list()).Subscriptions).to.deep.equal([]);
  });
});
