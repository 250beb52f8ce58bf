import { expect } from "chai";
import { type RecordedProgram, recordProgram } from "./testing";

describe("the way of an upload", () => {
  let program: RecordedProgram;
  const json = (value: unknown) => JSON.parse(String(value));
  before(async () => {
    program = await recordProgram({
      config: { internalEndpoint: "false", internalHostname: "", efs: "false", scan: "none" },
    });
  });

  it("leads from the bucket to the topic, whose policy lets that bucket publish", () => {
    const topic = program.one("Topic", "uploads").state.arn;
    expect(program.one("BucketNotification", "uploads").inputs).to.deep.include({
      bucket: "quayside-dev-000000000000-eu-central-1",
      topics: [{ id: "uploads", topicArn: topic, events: ["s3:ObjectCreated:*"] }],
      eventbridge: true,
    });
    expect(program.one("BucketNotification", "uploads").dependsOn).to.deep.equal([
      "aws:sns/topicPolicy:TopicPolicy uploads",
    ]);
    const [statement] = json(program.one("TopicPolicy", "uploads").inputs.policy).Statement;
    expect(statement).to.deep.include({
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topic,
      Condition: {
        ArnEquals: { "aws:SourceArn": program.one("s3/bucket:Bucket", "files").state.arn },
        StringEquals: { "aws:SourceAccount": "000000000000" },
      },
    });
  });

  it("leads from the topic to the queue as it is, and nobody else may send but the rule", () => {
    const queue = program.one("Queue", "uploads").state;
    expect(program.one("TopicSubscription", "uploads").inputs).to.include({
      topic: program.one("Topic", "uploads").state.arn,
      protocol: "sqs",
      endpoint: queue.arn,
      rawMessageDelivery: true,
    });
    const { inputs } = program.one("QueuePolicy", "uploads");
    expect(inputs.queueUrl).to.equal(queue.id);
    const senders = json(inputs.policy).Statement.map((statement: Record<string, never>) => [
      statement.Principal,
      statement.Condition,
    ]);
    expect(senders).to.deep.equal([
      [{ Service: "sns.amazonaws.com" }, { ArnEquals: { "aws:SourceArn": program.one("Topic", "uploads").state.arn } }],
      [
        { Service: "events.amazonaws.com" },
        { ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-central-1:000000000000:rule/quayside-dev-upload-ends" } },
      ],
    ]);
  });

  it("Transfer Family's word of an upload's end goes to the same queue", () => {
    const rule = program.one("EventRule", "upload-ends").inputs;
    expect(rule.name).to.equal("quayside-dev-upload-ends");
    const pattern = json(rule.eventPattern);
    expect(pattern.source).to.deep.equal(["aws.transfer"]);
    expect(pattern["detail-type"]).to.have.lengthOf(9);
    expect(pattern["detail-type"]).to.include.members([
      "SFTP Server File Upload Completed",
      "FTPS Server File Upload Failed",
      "FTP Server File Rename Completed",
    ]);
    expect(pattern.detail).to.deep.equal({ "server-id": [program.one("Server", "partners").state.id] });
    expect(program.one("EventTarget", "upload-ends").inputs).to.deep.include({
      rule: rule.name,
      arn: program.one("Queue", "uploads").state.arn,
      deadLetterConfig: { arn: program.one("Queue", "uploads-dead").state.arn },
    });
  });

  it("is invisible for six times as long as the function may run, and set aside after five attempts", () => {
    const route = program.one("lambda/function:Function", "route").inputs;
    const queue = program.one("Queue", "uploads").inputs;
    expect(queue.visibilityTimeoutSeconds).to.be.at.least(6 * Number(route.timeout));
    expect(json(queue.redrivePolicy)).to.deep.equal({
      deadLetterTargetArn: program.one("Queue", "uploads-dead").state.arn,
      maxReceiveCount: 5,
    });
    expect(json(program.one("TopicSubscription", "uploads").inputs.redrivePolicy).deadLetterTargetArn).to.equal(
      program.one("Queue", "uploads-dead").state.arn,
    );
  });

  it("ends in the route function, which reports failures message by message", () => {
    expect(program.one("EventSourceMapping", "uploads").inputs).to.deep.include({
      eventSourceArn: program.one("Queue", "uploads").state.arn,
      functionName: "quayside-dev-route",
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 10 },
    });
  });

  it("raises an alarm where it ends in the dead-letter queue", () => {
    const operations = program.one("Topic", "operations").state.arn;
    expect(program.one("MetricAlarm", "dead-letters").inputs).to.deep.include({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "quayside-dev-uploads-dead" },
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      alarmActions: [operations],
    });
    const publishers = json(program.one("TopicPolicy", "operations").inputs.policy).Statement;
    expect(publishers).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: operations,
        Condition: {
          ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:000000000000:alarm:quayside-dev-*" },
        },
      },
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource: operations,
      },
    ]);
    for (const { name, inputs } of program.all("MetricAlarm")) {
      expect(String(inputs.name), name).to.match(/^quayside-dev-/);
      expect(inputs.alarmActions, name).to.deep.equal([operations]);
    }
  });

  it("is swept once a minute, by the one rule that may", () => {
    const rule = program.one("EventRule", "sweep");
    expect(rule.inputs.scheduleExpression).to.equal("rate(1 minute)");
    expect(program.one("Permission", "sweep").inputs).to.include({
      function: "quayside-dev-sweep",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: rule.state.arn,
    });
    expect(program.one("EventTarget", "sweep").inputs.arn).to.equal(
      program.one("lambda/function:Function", "sweep").state.arn,
    );
  });
});
