import { expect } from "chai";
import type { Properties, ResourceHandler } from "../program/handler";
import { replacingInputs } from "../program/replacing-inputs";
import { serviceCaller } from "./caller";
import type { TopicMessage } from "./events/notifier";
import { type S3Fixture, startS3 } from "./s3-fixture";
import { s3Handlers } from "./s3-handlers";

const topicArn = "arn:aws:sns:eu-central-1:000000000000:uploads";
const caller = serviceCaller("test");

describe("S3 resource handlers", () => {
  let fixture: S3Fixture;
  const messages: TopicMessage[] = [];
  const handler = (type: string): ResourceHandler => {
    const found = s3Handlers(fixture.s3)[`aws:s3/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`];
    if (found === undefined) throw new Error(`no handler of ${type}`);
    return found;
  };
  const create = async (type: string, inputs: Properties, name = "res") => handler(type).create(inputs, name);
  const refused = (type: string, inputs: Properties) => create(type, inputs).then(() => "accepted", String);
  const put = (bucket: string) =>
    fixture.s3.putObject(caller, { bucket, key: "k", body: { content: (async function* () {})() } });
  let bucket: string;

  before(async () => {
    fixture = await startS3({ publish: (message) => void messages.push(message) });
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    bucket = (await create("Bucket", {}, "Files")).id;
  });

  it("make a bucket by its name, by a prefix, or by the resource's name", async () => {
    const { id, outputs } = await create("Bucket", { bucket: "quayside-files", tags: { a: "b" } });
    expect(id).to.equal("quayside-files");
    expect(outputs).to.deep.equal({
      bucket: "quayside-files",
      arn: "arn:aws:s3:::quayside-files",
      bucketDomainName: "quayside-files.s3.amazonaws.com",
      bucketRegionalDomainName: "quayside-files.s3.eu-central-1.amazonaws.com",
      bucketRegion: "eu-central-1",
      region: "eu-central-1",
      hostedZoneId: "Z21DNDUVLTQW6Q",
      tagsAll: { a: "b" },
    });
    expect(bucket).to.match(/^files-[0-9a-f]{7}$/);
    expect((await create("Bucket", { bucketPrefix: "pre-" })).id).to.match(/^pre-[0-9a-f]{26}$/);
    expect(await refused("Bucket", { bucket: "quayside-files" })).to.contain("you already own it");
    expect(await refused("Bucket", { bucket: "Not_A_Name" })).to.contain("not valid");
    expect(await refused("Bucket", { bucket: "x-y", versioning: { enabled: true } })).to.contain("versioning");
  });

  it("update tags in place, replace for another name", async () => {
    const { update } = handler("Bucket");
    const updated = await update?.(bucket, { tags: { a: "b" } }, {});
    expect(updated).to.have.nested.property("outputs.arn", `arn:aws:s3:::${bucket}`);
    expect(fixture.s3.configurationOf(bucket).tags).to.deep.equal({ a: "b" });
    expect(replacingInputs(handler("Bucket"), { bucket: "another" }, {})).to.deep.equal(["bucket"]);
  });

  it("delete an empty bucket; a full one only by force", async () => {
    await put(bucket);
    const remove = (inputs: Properties) =>
      handler("Bucket")
        .delete(bucket, inputs)
        .then(() => "deleted", String);
    expect(await remove({})).to.contain("not empty");
    expect(await remove({ forceDestroy: true })).to.equal("deleted");
    expect(fixture.s3.bucketNames()).to.not.include(bucket);
  });

  it("set versioning, and suspend it when the resource goes", async () => {
    const type = "BucketVersioning";
    const { id } = await create(type, { bucket, versioningConfiguration: { status: "Enabled" } });
    expect([id, fixture.s3.configurationOf(bucket).versioning]).to.deep.equal([bucket, "Enabled"]);
    const disabled = { bucket, versioningConfiguration: { status: "Disabled" } };
    expect(await refused(type, disabled)).to.contain("cannot be disabled any more");
    expect(replacingInputs(handler(type), { ...disabled, bucket: "other" }, disabled)).to.deep.equal(["bucket"]);
    await handler(type).delete(bucket, {});
    expect(fixture.s3.configurationOf(bucket).versioning).to.equal("Suspended");
  });

  it("set the default encryption", async () => {
    const type = "BucketServerSideEncryptionConfiguration";
    const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:r:a:key/1" };
    await create(type, { bucket, rules: [{ applyServerSideEncryptionByDefault, bucketKeyEnabled: true }] });
    const { version } = await put(bucket);
    expect(version.encryption).to.deep.equal({
      algorithm: "aws:kms",
      keyArn: "arn:aws:kms:r:a:key/1",
      bucketKey: true,
    });
    await handler(type).delete(bucket, {});
    expect((await put(bucket)).version.encryption).to.deep.equal({ algorithm: "AES256" });
    const dsse = { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms:dsse" } };
    expect(await refused(type, { bucket, rules: [dsse] })).to.contain("sseAlgorithm");
  });

  it("set public access, policy, ownership and lifecycle", async () => {
    await create("BucketPublicAccessBlock", { bucket, blockPublicAcls: true, restrictPublicBuckets: true });
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    await create("BucketPolicy", { bucket, policy });
    expect((await create("BucketPolicy", { bucket, policy: JSON.parse(policy) })).outputs.policy).to.equal(policy);
    await create("BucketOwnershipControls", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
    const rules = [{ id: "old", status: "Enabled", filter: { prefix: "" }, expiration: { days: 3 } }];
    await create("BucketLifecycleConfiguration", { bucket, rules });
    expect(fixture.s3.configurationOf(bucket)).to.deep.include({
      policy,
      publicAccessBlock: {
        blockPublicAcls: true,
        blockPublicPolicy: false,
        ignorePublicAcls: false,
        restrictPublicBuckets: true,
      },
      lifecycleRules: rules,
    });
    expect(await refused("BucketPolicy", { bucket, policy: "{}" })).to.contain("Statement");
    expect(await refused("BucketOwnershipControls", { bucket, rule: { objectOwnership: "ObjectWriter" } })).to.contain(
      "ACLs",
    );
    expect(await refused("BucketPolicy", { bucket: "nowhere", policy })).to.contain("does not exist");
    await handler("BucketPolicy").delete(bucket, {});
    await handler("BucketPublicAccessBlock").delete(bucket, {});
    expect(fixture.s3.configurationOf(bucket)).to.include({ policy: undefined, publicAccessBlock: undefined });
  });

  it("set notifications, and test them", async () => {
    const type = "BucketNotification";
    const topics = [{ topicArn, events: ["s3:ObjectCreated:*"], filterPrefix: "u/" }];
    const { outputs } = await create(type, { bucket, topics, eventbridge: true });
    expect(outputs.topics).to.deep.equal(
      fixture.s3.configurationOf(bucket).notification.topics.map(({ id }) => ({ ...topics[0], filterSuffix: "", id })),
    );
    expect(messages.at(-1)?.message).to.contain('"s3:TestEvent"');
    expect(fixture.s3.configurationOf(bucket).notification.eventBridge).to.equal(true);
    expect(await refused(type, { bucket, queues: [{ queueArn: "q" }] })).to.contain(
      "notifications to queues are not implemented",
    );
    await handler(type).delete(bucket, {});
    expect(fixture.s3.configurationOf(bucket).notification).to.deep.equal({ topics: [], eventBridge: false });
  });

  it("are no trouble after their bucket is gone", async () => {
    await create("BucketPolicy", { bucket, policy: '{"Statement":[]}' });
    await handler("Bucket").delete(bucket, {});
    await handler("BucketPolicy").delete(bucket, {});
    expect(fixture.s3.bucketNames()).to.not.include(bucket);
  });
});
