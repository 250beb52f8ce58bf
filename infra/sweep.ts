import * as aws from "@pulumi/aws";
import { useKey } from "./encryption";
import { submitsJobs } from "./jobs";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import type { RouteDependencies } from "./route";
import type { Stack } from "./stack";

/**
 * Every minute, picks up what a crash left behind and settles uploads that were never confirmed. There is no
 * dead-letter queue: the next run does the same work, and a run that fails raises an alarm.
 */
export function sweep(
  stack: Stack,
  platform: Platform,
  { database, files, jobs, notifications, replication }: RouteDependencies,
): QuaysideFunction {
  const { config } = stack;
  const sweeps = new QuaysideFunction(stack, platform, "sweep", {
    description: "Picks up what a crash left behind; settles uploads that were never confirmed",
    timeout: 60,
    memorySize: 512,
    environment: {
      ...database.environment,
      DATABASE_USER: "quayside_service",
      BUCKET: files.bucket,
      JOB_QUEUE_ARN: jobs.queue.arn,
      SEND_JOB_DEFINITION_ARN: jobs.send.arnPrefix,
      TRANSFORM_JOB_DEFINITION_ARN: jobs.transform.arnPrefix,
      NOTIFICATION_TOPIC_ARN: notifications.arn,
      REPLICATION_TOPIC_ARN: replication?.arn ?? "",
      SCAN: stack.config.scan,
      UNCONFIRMED_AFTER_SECONDS: String(config.unconfirmedAfterSeconds),
      UNCONFIRMED_POLICY: config.unconfirmedUploads,
    },
    statements: [
      allow("rds-db:connect", database.userArn("quayside_service")),
      submitsJobs(jobs.queue, [jobs.send, jobs.transform]),
      allow("sns:Publish", replication ? [notifications.arn, replication.arn] : notifications.arn),
      useKey(stack, platform.keys.messages.arn, "sns"),
    ],
  });
  const everyMinute = new aws.cloudwatch.EventRule("sweep", {
    name: `${stack.prefix}-sweep`,
    description: "Runs the sweep",
    scheduleExpression: "rate(1 minute)",
  });
  const permission = new aws.lambda.Permission("sweep", {
    function: sweeps.function.name,
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    sourceArn: everyMinute.arn,
  });
  new aws.cloudwatch.EventTarget(
    "sweep",
    { rule: everyMinute.name, targetId: "sweep", arn: sweeps.function.arn },
    { dependsOn: [permission] },
  );
  return sweeps;
}
