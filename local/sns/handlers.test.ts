import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { replacingInputs } from "../program/replacing-inputs";
import { sqsHandlers } from "../sqs/handlers";
import { Sqs } from "../sqs/sqs";
import { snsHandlers } from "./handlers";
import { Sns } from "./sns";

const account = localAccount();

describe("the handlers of SQS and SNS", () => {
  let sqs: Sqs;
  let sns: Sns;

  beforeEach(() => {
    sqs = new Sqs({ account, endpointUrl: "http://127.0.0.1:1" });
    sns = new Sns({ account, queues: sqs, invokeLambda: () => undefined });
  });
  afterEach(() => sqs.stop());

  const handler = (type: string) => {
    const found = { ...sqsHandlers(sqs), ...snsHandlers(sns) }[type];
    if (!found?.update) throw new Error(`no handler for ${type}`);
    return { ...found, update: found.update };
  };

  it("creates a queue with the provider's defaults, changes it in place, and deletes it", async () => {
    const queues = handler("aws:sqs/queue:Queue");
    const inputs = { visibilityTimeoutSeconds: 120, tags: { a: "b" } };
    const { id, outputs } = await queues.create(inputs, "route");
    expect(outputs.name).to.match(/^route-[0-9a-f]{7}$/);
    expect(id).to.equal(`http://127.0.0.1:1/000000000000/${outputs.name}`);
    expect(outputs).to.deep.include({
      ...{ arn: `arn:aws:sqs:eu-central-1:000000000000:${outputs.name}`, url: id, tagsAll: { a: "b" } },
      ...{ visibilityTimeoutSeconds: 120, maxMessageSize: 262_144, messageRetentionSeconds: 345_600 },
    });
    const queue = sqs.queue(id);
    queue.send({ body: "kept" });
    const dead = sqs.createQueue("dead");
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    await queues.update(id, { ...inputs, redrivePolicy }, inputs);
    expect(sqs.queue(id).settings.redrivePolicy?.maxReceiveCount).to.equal(3);
    await queues.update(id, { delaySeconds: 5 }, { ...inputs, redrivePolicy });
    expect(queue.settings).to.include({ redrivePolicy: undefined, visibilityTimeout: 30, delaySeconds: 5 });
    expect(queue.peek()).to.deep.equal(["kept"]);
    expect(replacingInputs(queues, { name: "other" }, {})).to.deep.equal(["name"]);
    await queues.delete(id, {});
    expect(sqs.findQueue(id)).to.equal(undefined);
  });

  it("sets a queue's policy and redrive permission beside it, and refuses what it does not know", async () => {
    const { id } = await handler("aws:sqs/queue:Queue").create({ name: "route" }, "route");
    const policies = handler("aws:sqs/queuePolicy:QueuePolicy");
    const policy = await policies.create({ queueUrl: id, policy: { Version: "2012-10-17", Statement: [] } }, "policy");
    expect(policy.id).to.equal(id);
    expect(sqs.queue(id).settings.policy).to.equal('{"Version":"2012-10-17","Statement":[]}');
    // The queue says nothing of a policy, so its own changes leave this one alone.
    await handler("aws:sqs/queue:Queue").update(id, { name: "route", delaySeconds: 1 }, { name: "route" });
    expect(sqs.queue(id).settings.policy).not.to.equal(undefined);
    await policies.delete(id, {});
    expect(sqs.queue(id).settings.policy).to.equal(undefined);
    const allow = handler("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy");
    await allow.create({ queueUrl: id, redriveAllowPolicy: '{"redrivePermission":"denyAll"}' }, "allow");
    expect(sqs.queue(id).settings.redriveAllowPolicy).to.deep.equal({ redrivePermission: "denyAll" });
    const fifo = await handler("aws:sqs/queue:Queue")
      .create({ fifoQueue: true }, "x")
      .catch((error: Error) => error.message);
    expect(fifo).to.contain("FIFO queues have no local stand-in");
  });

  it("creates topics, their policies and subscriptions, and changes filters in place", async () => {
    const topics = handler("aws:sns/topic:Topic");
    const { id: topicArn, outputs } = await topics.create({ displayName: "Uploads" }, "uploads");
    expect(topicArn).to.match(/^arn:aws:sns:eu-central-1:000000000000:uploads-[0-9a-f]{7}$/);
    expect(outputs).to.include({ arn: topicArn, owner: "000000000000" });
    await handler("aws:sns/topicPolicy:TopicPolicy").create({ arn: topicArn, policy: '{"Statement":[]}' }, "policy");
    await topics.update(topicArn, { displayName: "Files" }, { displayName: "Uploads" });
    expect(sns.topic(topicArn).attributes).to.deep.equal({ DisplayName: "Files", Policy: '{"Statement":[]}' });
    const subscriptions = handler("aws:sns/topicSubscription:TopicSubscription");
    const inputs = { topic: topicArn, protocol: "email", endpoint: "ops@acme.example" };
    const filter = { filterPolicyScope: "MessageBody", filterPolicy: '{"a":{"b":["c"]}}' };
    const { id } = await subscriptions.create({ ...inputs, ...filter }, "ops");
    const sent = async (message: string) => {
      sns.publish(topicArn, { message });
      await sns.idle();
      return sns.outbox.splice(0).map((email) => email.message);
    };
    expect(await sent('{"a":{"b":"x"}}')).to.deep.equal([]);
    await subscriptions.update(id, inputs, { ...inputs, ...filter });
    expect(await sent('{"a":{"b":"x"}}')).to.deep.equal(['{"a":{"b":"x"}}']);
    const elsewhere = { ...inputs, endpoint: "new@acme.example" };
    expect(replacingInputs(subscriptions, elsewhere, inputs)).to.deep.equal(["endpoint"]);
    await subscriptions.delete(id, inputs);
    expect(await sent("{}")).to.deep.equal([]);
  });
});
