import * as aws from "@pulumi/aws";
import { type Input, jsonStringify } from "@pulumi/pulumi";
import type { Database } from "./database";
import type { Keys } from "./encryption";
import type { Jobs } from "./jobs";
import { policyDocument, type Statement } from "./policy-document";
import type { QuaysideFunction } from "./quayside-function";
import type { Replication } from "./replicate";
import type { Stack } from "./stack";
import { scanResultPattern, type UploadEvents } from "./upload-events";

export interface Watched {
  events: UploadEvents;
  /** Undefined where the stack has no file system. */
  replication: Replication | undefined;
  functions: Record<"authorize" | "route" | "sweep" | "reconcile", QuaysideFunction>;
  jobs: Jobs;
  database: Database;
  files: aws.s3.Bucket;
}

/** What operators are told: a topic, and the alarms that publish to it. */
export function alarms(stack: Stack, keys: Keys, watched: Watched): aws.sns.Topic {
  const { events, replication, jobs, database, files } = watched;
  const functions = { ...watched.functions, ...(replication && { replicate: replication.replicates }) };
  const topic = operations(stack, keys);
  const raise = alarm(stack, topic);
  raise("dead-letters", {
    alarmDescription: "Messages about uploads were given up; see why in the route function's log, then redrive them",
    ...metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: events.deadLetters.name }),
    threshold: 0,
  });
  raise("upload-backlog", {
    alarmDescription: "Uploads wait for more than 15 minutes to be routed",
    ...metric("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: events.queue.name }),
    threshold: 15 * 60,
  });
  if (replication) {
    raise("replication-dead-letters", {
      alarmDescription:
        "Files were not copied to the file system; see why in the replicate function's log, then redrive the messages",
      ...metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: replication.deadLetters.name }),
      threshold: 0,
    });
    raise("replication-backlog", {
      alarmDescription: "Files wait for more than 30 minutes to be copied to the file system",
      ...metric("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: replication.queue.name }),
      threshold: 30 * 60,
    });
  }
  for (const [name, { function: watched }] of Object.entries(functions)) {
    const dimensions = { FunctionName: watched.name };
    raise(`${name}-errors`, {
      alarmDescription: `The ${name} function fails`,
      ...metric("AWS/Lambda", "Errors", dimensions, "Sum"),
      threshold: 0,
    });
    raise(`${name}-throttles`, {
      alarmDescription: `The ${name} function is throttled: the account's concurrency is used up`,
      ...metric("AWS/Lambda", "Throttles", dimensions, "Sum"),
      threshold: 0,
    });
  }
  for (const { name, watched, pattern, alarmDescription } of telling(functions)) {
    raise(name, { alarmDescription, ...logMetric(stack, name, watched, pattern), threshold: 0 });
  }
  raise("ledger-capacity", {
    alarmDescription: "The database has used over 90 % of its greatest capacity for 15 minutes",
    ...metric("AWS/RDS", "ACUUtilization", { DBClusterIdentifier: database.cluster.clusterIdentifier }, "Average"),
    evaluationPeriods: 3,
    threshold: 90,
  });
  reportFailedJobs(stack, topic, jobs);
  if (stack.config.scan === "guardduty") reportThreats(stack, topic, files);
  return topic;
}

function operations(stack: Stack, keys: Keys): aws.sns.Topic {
  const topic = new aws.sns.Topic("operations", {
    name: `${stack.prefix}-operations`,
    kmsMasterKeyId: keys.messages.arn,
  });
  const publishes = (service: string): Statement => ({
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sns:Publish",
    Resource: topic.arn,
  });
  const ofThisStack = { ArnLike: { "aws:SourceArn": stack.arn("cloudwatch", `alarm:${stack.prefix}-*`) } };
  new aws.sns.TopicPolicy("operations", {
    arn: topic.arn,
    policy: policyDocument(
      { ...publishes("cloudwatch.amazonaws.com"), Condition: ofThisStack },
      // EventBridge does not say which rule it publishes for, so any condition would shut it out (EventBridge User
      // Guide, "Amazon SNS permissions"). For queues it does.
      publishes("events.amazonaws.com"),
    ),
  });
  if (stack.config.alarmEmail !== "") {
    new aws.sns.TopicSubscription("operations", {
      topic: topic.arn,
      protocol: "email",
      endpoint: stack.config.alarmEmail,
    });
  }
  return topic;
}

/** Five minutes of one metric. */
function metric(
  namespace: string,
  metricName: Input<string>,
  dimensions: Record<string, Input<string>>,
  statistic: "Maximum" | "Sum" | "Average" = "Maximum",
) {
  return { namespace, metricName, dimensions, statistic, period: 300, evaluationPeriods: 1 };
}

/** What functions report in their log although they did not fail. The lines are those of `adapters/log.ts`. */
function telling({ authorize, sweep, replicate }: Watched["functions"] & { replicate?: QuaysideFunction }) {
  return [
    ...(replicate
      ? [
          {
            name: "files-not-replicated",
            watched: replicate,
            pattern: '{ $.level = "error" }',
            alarmDescription:
              "Files cannot be on the file system as they are named; the replicate function's log says why",
          },
        ]
      : []),
    {
      name: "logins-unchecked",
      watched: authorize,
      pattern: '{ $.level = "error" }',
      alarmDescription: "Logins are refused because they could not be checked; the authorize function's log says why",
    },
    {
      name: "unconfirmed-uploads",
      watched: sweep,
      pattern: '{ ($.message = "sweep done") && (($.held > 0) || ($.routed > 0)) }',
      alarmDescription: "Uploads were never confirmed as complete and were held or routed, as the stack's policy says",
    },
  ];
}

/** A metric of the log lines that match. */
function logMetric(stack: Stack, name: string, { log }: QuaysideFunction, pattern: string) {
  const namespace = `Quayside/${stack.name}`;
  const filter = new aws.cloudwatch.LogMetricFilter(name, {
    name: `${stack.prefix}-${name}`,
    logGroupName: log.name,
    pattern,
    metricTransformation: { name, namespace, value: "1" },
  });
  return metric(namespace, filter.metricTransformation.name, {}, "Sum");
}

function alarm(stack: Stack, topic: aws.sns.Topic) {
  return (name: string, args: Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator">) => {
    new aws.cloudwatch.MetricAlarm(name, {
      name: `${stack.prefix}-${name}`,
      comparisonOperator: "GreaterThanThreshold",
      // No uploads, no runs, no metric.
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      ...args,
    });
  };
}

/** Batch has no metric for failed jobs, but says so in an event. */
function reportFailedJobs(stack: Stack, topic: aws.sns.Topic, jobs: Jobs): void {
  const rule = new aws.cloudwatch.EventRule("failed-jobs", {
    name: `${stack.prefix}-failed-jobs`,
    description: "Transform and send jobs that failed for good",
    eventPattern: jsonStringify({
      source: ["aws.batch"],
      "detail-type": ["Batch Job State Change"],
      detail: { status: ["FAILED"], jobQueue: [jobs.queue.arn] },
    }),
  });
  new aws.cloudwatch.EventTarget("failed-jobs", {
    rule: rule.name,
    targetId: "operations",
    arn: topic.arn,
    inputTransformer: {
      inputPaths: { name: "$.detail.jobName", id: "$.detail.jobId", reason: "$.detail.statusReason" },
      inputTemplate: '"Job <name> (<id>) failed: <reason>. The sweep starts another where work is left."',
    },
  });
}

/** A threat is for people at once; the router tells the publisher, and records it. */
function reportThreats(stack: Stack, topic: aws.sns.Topic, files: aws.s3.Bucket): void {
  const rule = new aws.cloudwatch.EventRule("threats", {
    name: `${stack.prefix}-threats`,
    description: "Malware in uploads",
    eventPattern: scanResultPattern(files, "THREATS_FOUND"),
  });
  new aws.cloudwatch.EventTarget("threats", {
    rule: rule.name,
    targetId: "operations",
    arn: topic.arn,
    inputTransformer: {
      inputPaths: { key: "$.detail.s3ObjectDetails.objectKey", version: "$.detail.s3ObjectDetails.versionId" },
      inputTemplate: '"Malware was found in <key> (version <version>). Nobody can read it, and it goes nowhere."',
    },
  });
}
