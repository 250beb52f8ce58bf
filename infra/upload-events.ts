import * as aws from "@pulumi/aws";
import { type Input, jsonStringify } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { policyDocument, type Statement } from "./policy-document";
import type { Stack } from "./stack";

export interface UploadEvents {
  topic: aws.sns.Topic;
  queue: aws.sqs.Queue;
  deadLetters: aws.sqs.Queue;
}

/** Longest run of the function that reads the queue, in seconds. */
export const routeTimeout = 60;
/** Attempts before a message is set aside for a person. */
const attempts = 5;
const fourteenDays = 14 * 24 * 60 * 60;

/**
 * The way of an upload to the router: S3 tells a topic, the topic tells a queue. The topic is there so that others
 * can listen as well (S3 allows one listener per event and prefix).
 */
export function uploadEvents(stack: Stack, keys: Keys, files: aws.s3.Bucket): UploadEvents {
  const topic = new aws.sns.Topic("uploads", {
    name: `${stack.prefix}-uploads`,
    kmsMasterKeyId: keys.messages.arn,
  });
  const deadLetters = queue(stack, keys, "uploads-dead", { messageRetentionSeconds: fourteenDays });
  const uploads = queue(stack, keys, "uploads", {
    // AWS asks for six times the function's timeout, so that a throttled batch is not taken twice.
    visibilityTimeoutSeconds: 6 * routeTimeout,
    messageRetentionSeconds: fourteenDays,
    redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: attempts }),
  });
  announce(stack, files, topic);
  receive(stack, topic, uploads, deadLetters);
  return { topic, queue: uploads, deadLetters };
}

function queue(stack: Stack, keys: Keys, name: string, settings: aws.sqs.QueueArgs): aws.sqs.Queue {
  return new aws.sqs.Queue(name, {
    name: `${stack.prefix}-${name}`,
    kmsMasterKeyId: keys.messages.arn,
    // Seconds for which SQS uses a data key again: fewer calls to KMS.
    kmsDataKeyReusePeriodSeconds: 3600,
    ...settings,
  });
}

function announce(stack: Stack, files: aws.s3.Bucket, topic: aws.sns.Topic): void {
  const policy = new aws.sns.TopicPolicy("uploads", {
    arn: topic.arn,
    policy: policyDocument({
      Sid: "BucketPublishes",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topic.arn,
      Condition: {
        ArnEquals: { "aws:SourceArn": files.arn },
        StringEquals: { "aws:SourceAccount": stack.accountId },
      },
    }),
  });
  new aws.s3.BucketNotification(
    "uploads",
    {
      bucket: files.id,
      topics: [{ id: "uploads", topicArn: topic.arn, events: ["s3:ObjectCreated:*"] }],
      // This resource owns the bucket's whole notification configuration. Malware scanning turns EventBridge on by
      // itself, and the next deployment would turn it off again.
      eventbridge: true,
    },
    { dependsOn: [policy] },
  );
}

function receive(stack: Stack, topic: aws.sns.Topic, uploads: aws.sqs.Queue, deadLetters: aws.sqs.Queue): void {
  const targets = { uploads, "uploads-dead": deadLetters };
  const policies = Object.entries(targets).map(
    ([name, target]) =>
      new aws.sqs.QueuePolicy(name, {
        queueUrl: target.id,
        policy: policyDocument(
          sends(target, "sns.amazonaws.com", topic.arn),
          sends(target, "events.amazonaws.com", stack.arn("events", `rule/${uploadEndsRule(stack)}`)),
        ),
      }),
  );
  new aws.sns.TopicSubscription(
    "uploads",
    {
      topic: topic.arn,
      protocol: "sqs",
      endpoint: uploads.arn,
      rawMessageDelivery: true,
      // What SNS cannot hand over goes where the router's own failures go.
      redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn }),
    },
    { dependsOn: policies },
  );
}

function sends(target: aws.sqs.Queue, service: string, sourceArn: Input<string>): Statement {
  return {
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sqs:SendMessage",
    Resource: target.arn,
    Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
  };
}

/**
 * What Transfer Family says of an upload's end goes to the same queue, so that one function sees both halves.
 * @param serverIds the servers whose uploads are routed.
 */
export function uploadEnds(stack: Stack, { queue, deadLetters }: UploadEvents, serverIds: Input<string>[]): void {
  const rule = new aws.cloudwatch.EventRule("upload-ends", {
    name: uploadEndsRule(stack),
    description: "Uploads that Transfer Family says are complete, failed or renamed",
    eventPattern: jsonStringify({
      source: ["aws.transfer"],
      "detail-type": ["SFTP", "FTPS", "FTP"].flatMap((protocol) =>
        ["File Upload Completed", "File Upload Failed", "File Rename Completed"].map(
          (end) => `${protocol} Server ${end}`,
        ),
      ),
      detail: { "server-id": serverIds },
    }),
  });
  new aws.cloudwatch.EventTarget("upload-ends", {
    rule: rule.name,
    targetId: "uploads",
    arn: queue.arn,
    deadLetterConfig: { arn: deadLetters.arn },
  });
}

/** The rule's name, known before the rule is, because the queue's policy names it. */
const uploadEndsRule = (stack: Stack) => `${stack.prefix}-upload-ends`;
