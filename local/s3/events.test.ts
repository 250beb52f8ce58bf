import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { FailedDelivery } from "../aws-endpoint/failed-deliveries";
import { ManualClock } from "../manual-clock";
import { principalId, roleId } from "./caller";
import type { EventBridgeEvent } from "./events/event-bridge-event";
import type { NotificationConfiguration } from "./events/notification-configuration";
import type { TopicMessage } from "./events/notifier";
import { type S3Fixture, startS3 } from "./s3-fixture";

const topicArn = "arn:aws:sns:eu-central-1:000000000000:uploads";
const topic = { id: "all", topicArn, events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], prefix: "", suffix: "" };

describe("S3 events", () => {
  let fixture: S3Fixture;
  let Bucket: string;
  let buckets = 0;
  let messages: TopicMessage[] = [];
  let bridged: EventBridgeEvent[] = [];
  let failed: FailedDelivery[] = [];
  let publish: (message: TopicMessage) => void;
  const clock = new ManualClock();
  const configure = (notification: Partial<NotificationConfiguration>) =>
    fixture.s3.setNotification({ bucket: Bucket, notification: { topics: [], eventBridge: false, ...notification } });
  const put = (Key: string, Body = "x") => fixture.client.send(new PutObjectCommand({ Bucket, Key, Body }));
  const records = async () => {
    await fixture.s3.idle();
    return messages.flatMap(({ record }) => (record ? [record] : []));
  };

  before(async () => {
    fixture = await startS3({
      clock,
      publish: (message) => publish(message),
      eventBridge: (event) => void bridged.push(event),
      undelivered: (failure) => void failed.push(failure),
    });
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });
  beforeEach(async () => {
    messages = [];
    bridged = [];
    failed = [];
    publish = (message) => void messages.push(message);
    Bucket = `events-${buckets++}`;
    await fixture.s3.createBucket({ bucket: Bucket });
    await fixture.s3.setVersioning({ bucket: Bucket, status: "Enabled" });
  });

  it("sends a test event when notifications are configured", async () => {
    await configure({ topics: [topic] });
    expect(messages).to.have.length(1);
    const [{ message = "", record, sourceArn, sourceAccount } = {}] = messages;
    expect({ record, sourceArn, sourceAccount }).to.deep.equal({
      record: undefined,
      sourceArn: `arn:aws:s3:::${Bucket}`,
      sourceAccount: "000000000000",
    });
    const event = JSON.parse(message);
    expect(event).to.include({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket, Time: "2026-01-05T08:00:00.000Z" });
    expect(event).to.have.all.keys("Service", "Event", "Time", "Bucket", "RequestId", "HostId");
  });

  it("describes a put as AWS does", async () => {
    await configure({ topics: [topic] });
    const { ETag, VersionId } = await put("red flower+1/ä&.jpg", "flower");
    const [record] = await records();
    const { "x-amz-request-id": requestId, "x-amz-id-2": hostId } = record?.responseElements ?? {};
    expect([requestId, hostId].every(Boolean)).to.equal(true);
    expect(record?.s3.object.sequencer).to.match(/^[0-9A-F]{18}$/);
    expect(record).to.deep.equal({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "eu-central-1",
      eventTime: "2026-01-05T08:00:00.000Z",
      eventName: "ObjectCreated:Put",
      userIdentity: { principalId: `AWS:${roleId("tester")}:tester` },
      requestParameters: { sourceIPAddress: "127.0.0.1" },
      responseElements: { "x-amz-request-id": requestId, "x-amz-id-2": hostId },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "all",
        bucket: {
          name: Bucket,
          ownerIdentity: record?.s3.bucket.ownerIdentity,
          arn: `arn:aws:s3:::${Bucket}`,
        },
        object: {
          key: "red+flower%2B1/%C3%A4%26.jpg",
          size: 6,
          eTag: ETag?.replaceAll('"', ""),
          versionId: VersionId,
          sequencer: record?.s3.object.sequencer,
        },
      },
    });
    expect(JSON.parse(messages[1]?.message ?? "")).to.deep.equal({ Records: [record] });
  });

  it("tells of every kind of change, in growing order", async () => {
    await configure({ topics: [topic], eventBridge: true });
    const { VersionId } = await put("k");
    await fixture.client.send(
      new CopyObjectCommand({ Bucket, Key: "k", CopySource: `${Bucket}/k`, MetadataDirective: "REPLACE" }),
    );
    const { UploadId } = await fixture.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "k" }));
    const { ETag } = await fixture.client.send(
      new UploadPartCommand({ Bucket, Key: "k", UploadId, PartNumber: 1, Body: "part" }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await fixture.client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "k", UploadId, MultipartUpload }));
    const marker = await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: "k", VersionId }));
    const told = await records();
    expect(told.map(({ eventName, s3 }) => [eventName, s3.object.size])).to.deep.equal([
      ["ObjectCreated:Put", 1],
      ["ObjectCreated:Copy", 1],
      ["ObjectCreated:CompleteMultipartUpload", 4],
      ["ObjectRemoved:DeleteMarkerCreated", undefined],
      ["ObjectRemoved:Delete", undefined],
    ]);
    expect(told[3]?.s3.object).to.include({ versionId: marker.VersionId, eTag: "d41d8cd98f00b204e9800998ecf8427e" });
    expect(told[4]?.s3.object).to.include({ versionId: VersionId });
    const sequencers = told.map(({ s3 }) => s3.object.sequencer ?? "");
    expect(sequencers).to.deep.equal([...new Set(sequencers)].sort());
    expect(bridged.map((event) => [event["detail-type"], event.detail.reason])).to.deep.equal([
      ["Object Created", "PutObject"],
      ["Object Created", "CopyObject"],
      ["Object Created", "CompleteMultipartUpload"],
      ["Object Deleted", "DeleteObject"],
      ["Object Deleted", "DeleteObject"],
    ]);
    expect(bridged[0]).to.deep.include({
      source: "aws.s3",
      time: "2026-01-05T08:00:00Z",
      resources: [`arn:aws:s3:::${Bucket}`],
    });
    expect(bridged[0]?.detail).to.deep.include({ bucket: { name: Bucket }, requester: "000000000000" });
    expect(bridged[4]?.detail["deletion-type"]).to.equal("Permanently Deleted");
  });

  it("leaves the version id out where the bucket keeps none, and tells nothing of what was not there", async () => {
    Bucket = `off-${Bucket}`;
    await fixture.s3.createBucket({ bucket: Bucket });
    await configure({ topics: [topic] });
    await put("k");
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: "never" }));
    const told = await records();
    expect(told).to.have.length(1);
    expect(told[0]?.s3.object).to.not.have.property("versionId");
  });

  it("filters by event, prefix and suffix", async () => {
    const narrow = { ...topic, id: "narrow", events: ["s3:ObjectCreated:Put"], prefix: "u/ä", suffix: ".csv" };
    const copies = { ...topic, id: "copies", events: ["s3:ObjectCreated:Copy"] };
    await configure({ topics: [narrow, copies, { ...topic, id: "tags", events: ["s3:ObjectTagging:*"] }] });
    for (const Key of ["u/ä.csv", "u/ä.txt", "v/ä.csv"]) await put(Key);
    await fixture.client.send(
      new CopyObjectCommand({ Bucket, Key: "u/äcopy.csv", CopySource: `${Bucket}/u/${encodeURIComponent("ä")}.csv` }),
    );
    await fixture.client.send(new PutObjectTaggingCommand({ Bucket, Key: "u/ä.txt", Tagging: { TagSet: [] } }));
    const told = (await records()).map(({ eventName, s3 }) => [s3.configurationId, eventName, s3.object.key]);
    expect(told).to.deep.equal([
      ["narrow", "ObjectCreated:Put", "u/%C3%A4.csv"],
      ["copies", "ObjectCreated:Copy", "u/%C3%A4copy.csv"],
      ["tags", "ObjectTagging:Put", "u/%C3%A4.txt"],
    ]);
  });

  it("refuses configurations that S3 refuses, and keeps the former one", async () => {
    await configure({ topics: [topic] });
    const refused = async (...topics: Partial<typeof topic>[]) => {
      try {
        await configure({ topics: topics.map((each, index) => ({ ...topic, id: `${index}`, ...each })) });
        return "accepted";
      } catch (error) {
        return String(error);
      }
    };
    expect(await refused({}, { prefix: "a" })).to.contain("ambiguously defined");
    expect(await refused({ events: ["s3:ObjectCreated:Put"] }, { events: ["s3:ObjectCreated:*"] })).to.contain(
      "ambiguously",
    );
    expect(await refused({ prefix: "a" }, { prefix: "b" })).to.equal("accepted");
    expect(await refused({ suffix: "a" }, { suffix: "b" })).to.equal("accepted");
    expect(await refused({ id: "x", prefix: "a" }, { id: "x", prefix: "b" })).to.contain("IDs must be unique");
    expect(await refused({ events: ["s3:ObjectCreated:Sometimes"] })).to.contain("not supported");
    expect(await refused({ events: ["s3:ObjectRestore:Post"] })).to.contain(
      "does not implement the event s3:ObjectRestore:Post",
    );
    publish = () => {
      throw new Error("the topic's policy does not let s3.amazonaws.com publish");
    };
    expect(await refused({})).to.match(/Unable to validate the following destination configurations: .*does not let/);
    expect(fixture.s3.configurationOf(Bucket).notification.topics.map(({ suffix }) => suffix)).to.deep.equal([
      "a",
      "b",
    ]);
  });

  it("records what could not be delivered; the upload stands", async () => {
    await configure({ topics: [topic] });
    publish = () => {
      throw new Error("gone");
    };
    await put("k");
    await fixture.s3.idle();
    expect(failed).to.have.length(1);
    expect(failed[0]).to.include({ from: `arn:aws:s3:::${Bucket}`, to: topicArn, reason: "gone" });
  });

  it("lets a caller in process go by its own id", async () => {
    await configure({ topics: [topic] });
    const content = (async function* () {
      yield Buffer.from("x");
    })();
    const caller = { principalId: "AROAX:acme.0a1b@s-1", sourceAddress: "203.0.113.9" };
    await fixture.s3.putObject(caller, { bucket: Bucket, key: "k", body: { content } });
    const [record] = await records();
    expect(record?.userIdentity.principalId).to.equal("AWS:AROAX:acme.0a1b@s-1");
    expect(record?.requestParameters.sourceIPAddress).to.equal("203.0.113.9");
  });

  it("derives principal ids from roles and their sessions", () => {
    const roleArn = "arn:aws:iam::000000000000:role/path/send";
    expect(principalId({ roleArn })).to.equal(`${roleId("send")}:send`);
    expect(principalId({ roleArn, sessionName: "acme.1@s-1" })).to.equal(`${roleId("send")}:acme.1@s-1`);
    const assumed = "arn:aws:sts::000000000000:assumed-role/send/batch";
    expect(principalId({ roleArn: assumed })).to.equal(`${roleId("send")}:batch`);
    expect(roleId("send")).to.match(/^AROA[0-9A-F]{17}$/);
  });
});
