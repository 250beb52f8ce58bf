import * as aws from "@pulumi/aws";
import { type Input, jsonStringify } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { policyDocument } from "./policy-document";
import { type Queue, queueWithDeadLetters, receiveFrom, subscribeQueue } from "./queue";
import type { Stack } from "./stack";

export interface UploadEvents extends Queue {
  topic: aws.sns.Topic;
  /** Everything that the bucket tells anybody. */
  notification: aws.s3.BucketNotification;
}

/** Longest run of the function that reads the queue, in seconds. */
export const routeTimeout = 60;

/**
 * The way of an upload to the router: S3 tells a topic, the topic tells a queue. The topic is there so that others
 * can listen as well (S3 allows one listener per event and prefix).
 */
export function uploadEvents(stack: Stack, keys: Keys, files: aws.s3.Bucket): UploadEvents {
  const topic = new aws.sns.Topic("uploads", {
    name: `${stack.prefix}-uploads`,
    kmsMasterKeyId: keys.messages.arn,
  });
  // AWS asks for six times the function's timeout, so that a throttled batch is not taken twice.
  const uploads = queueWithDeadLetters(stack, keys, "uploads", 6 * routeTimeout);
  const notification = announce(stack, files, topic);
  const policies = receiveFrom("uploads", uploads, [
    { service: "sns.amazonaws.com", sourceArn: topic.arn },
    { service: "events.amazonaws.com", sourceArn: ruleArn(stack, "upload-ends") },
    ...(stack.config.scan === "guardduty"
      ? [{ service: "events.amazonaws.com" as const, sourceArn: ruleArn(stack, "scan-results") }]
      : []),
  ]);
  subscribeQueue("uploads", topic, uploads, policies);
  return { topic, notification, ...uploads };
}

/** Everything that takes an object away: a partner, and the rule that ends its retention. */
const removals = ["s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"];

function announce(stack: Stack, files: aws.s3.Bucket, topic: aws.sns.Topic): aws.s3.BucketNotification {
  const { efs, efsMirrorDeletions } = stack.config;
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
  return new aws.s3.BucketNotification(
    "uploads",
    {
      bucket: files.id,
      topics: [
        {
          id: "uploads",
          topicArn: topic.arn,
          events: ["s3:ObjectCreated:*", ...(efs && efsMirrorDeletions ? removals : [])],
        },
      ],
      // This resource owns the bucket's whole notification configuration. Malware scanning turns EventBridge on by
      // itself, and the next deployment would turn it off again.
      eventbridge: true,
    },
    { dependsOn: [policy] },
  );
}

/**
 * What Transfer Family says of an upload's end goes to the same queue, so that one function sees both halves.
 * @param serverIds the servers whose uploads are routed.
 */
export function uploadEnds(stack: Stack, events: UploadEvents, serverIds: Input<string>[]): void {
  toRouter(stack, events, "upload-ends", {
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
}

/** What a scan found in an object goes to the same queue too: a file is routed when it is whole and clean. */
export function scanResults(stack: Stack, events: UploadEvents, files: aws.s3.Bucket): void {
  toRouter(stack, events, "scan-results", {
    description: "What malware scanning found in uploads",
    eventPattern: scanResultPattern(files),
  });
}

/** @param status only with this result: `THREATS_FOUND`. */
export function scanResultPattern(files: aws.s3.Bucket, status?: string): Input<string> {
  return jsonStringify({
    source: ["aws.guardduty"],
    "detail-type": ["GuardDuty Malware Protection Object Scan Result"],
    detail: {
      s3ObjectDetails: { bucketName: [files.bucket] },
      ...(status && { scanResultDetails: { scanResultStatus: [status] } }),
    },
  });
}

function toRouter(
  stack: Stack,
  { queue, deadLetters }: UploadEvents,
  name: RuleName,
  args: { description: string; eventPattern: Input<string> },
): void {
  const rule = new aws.cloudwatch.EventRule(name, { name: ruleName(stack, name), ...args });
  new aws.cloudwatch.EventTarget(name, {
    rule: rule.name,
    targetId: "uploads",
    arn: queue.arn,
    deadLetterConfig: { arn: deadLetters.arn },
  });
}

type RuleName = "upload-ends" | "scan-results";
/** The rules' names are known before the rules are, because the queue's policy names them. */
const ruleName = (stack: Stack, name: RuleName) => `${stack.prefix}-${name}`;
const ruleArn = (stack: Stack, name: RuleName) => stack.arn("events", `rule/${ruleName(stack, name)}`);
