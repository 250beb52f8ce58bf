import type { SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { type Replication, readReplication } from "../domain/events/replication";
import { objectKey } from "../domain/paths";
import { publishReplication } from "./replications";
import { settling } from "./settling";

/** SNS that accepts everything and keeps what it was asked. */
function snsOf() {
  const inputs: { TopicArn: string; Message: string; MessageAttributes: unknown }[] = [];
  const send = async ({ input }: { input: (typeof inputs)[number] }) => void inputs.push(input);
  return { inputs, sns: { send } as unknown as Pick<SNSClient, "send"> };
}

const replication: Replication = {
  kind: "created",
  bucket: "files",
  objectKey: objectKey('acme/claims/ä\u{1F600}\uffff\u202e"\\\n.json'),
  objectPrefix: objectKey("acme/claims/"),
  versionId: "v1",
  sequencer: "0055AED6DCD90281E5",
  size: 17,
  uploadedAt: new Date("2026-06-03T17:11:06.500Z"),
};

describe("publishReplication", () => {
  it("sends what the other side reads, in characters that every queue takes", async () => {
    const { sns, inputs } = snsOf();
    await publishReplication(sns, "arn:topic")(replication);
    expect(inputs.map(({ TopicArn, MessageAttributes }) => [TopicArn, MessageAttributes])).to.deep.equal([
      ["arn:topic", { event: { DataType: "String", StringValue: "created" } }],
    ]);
    expect(inputs[0]?.Message).to.match(/^[\x20-\x7e]+$/);
    expect(readReplication(inputs[0]?.Message ?? "")).to.deep.equal(replication);
  });
});

describe("settling", () => {
  const { sns, inputs } = snsOf();
  const saved = { SCAN: process.env.SCAN, REPLICATION_TOPIC_ARN: process.env.REPLICATION_TOPIC_ARN };
  const withEnvironment = (environment: Record<string, string>) => {
    for (const name of Object.keys(saved)) delete process.env[name];
    Object.assign(process.env, environment);
    return settling(sns);
  };
  after(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("reads what the stack does", async () => {
    const { scan, replicate } = withEnvironment({ SCAN: "guardduty", REPLICATION_TOPIC_ARN: "arn:topic" });
    expect(scan).to.equal("guardduty");
    await replicate?.(replication);
    expect(inputs).to.have.length(1);
  });

  it("replicates nothing without a topic", () => {
    expect(withEnvironment({ SCAN: "none", REPLICATION_TOPIC_ARN: "" })).to.deep.equal({
      scan: "none",
      replicate: null,
    });
  });

  it("does not guess whether files are scanned", () => {
    expect(() => withEnvironment({})).to.throw("SCAN");
    expect(() => withEnvironment({ SCAN: "clamav" })).to.throw('SCAN is "clamav"; it is none or guardduty');
  });
});
