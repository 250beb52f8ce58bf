import * as aws from "@pulumi/aws";
import type { Database } from "./database";
import { useKey } from "./encryption";
import { type Jobs, submitsJobs } from "./jobs";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import type { Stack } from "./stack";
import { routeTimeout, type UploadEvents } from "./upload-events";

export interface RouteDependencies {
  database: Database;
  files: aws.s3.Bucket;
  jobs: Jobs;
  notifications: aws.sns.Topic;
  /** Where it says which files are to be copied to the file system; undefined where the stack has none. */
  replication: aws.sns.Topic | undefined;
}

/** What a function that settles uploads is told, and may do: the router, and the sweep after it. */
export function settlesUploads(
  stack: Stack,
  { keys }: Platform,
  { database, files, jobs, notifications, replication }: RouteDependencies,
) {
  return {
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
    },
    statements: [
      allow("rds-db:connect", database.userArn("quayside_service")),
      submitsJobs(jobs.queue, [jobs.send, jobs.transform]),
      allow("sns:Publish", replication ? [notifications.arn, replication.arn] : notifications.arn),
      useKey(stack, keys.messages.arn, "sns"),
    ],
  };
}

/** Turns uploads into deliveries. */
export function route(
  stack: Stack,
  platform: Platform,
  dependencies: RouteDependencies,
  { queue }: UploadEvents,
): QuaysideFunction {
  const { keys } = platform;
  const settles = settlesUploads(stack, platform, dependencies);
  const routes = new QuaysideFunction(stack, platform, "route", {
    description: "Turns uploads into deliveries",
    timeout: routeTimeout,
    memorySize: 512,
    environment: {
      ...settles.environment,
      IGNORED_NAMES: stack.config.ignoredNames.join(","),
    },
    statements: [
      ...settles.statements,
      {
        // Lambda polls in the role's name.
        ...allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue.arn),
        Sid: "LambdaPolls",
      },
      { ...useKey(stack, keys.messages.arn, "sqs", ["kms:Decrypt"]), Sid: "LambdaPollsEncrypted" },
    ],
  });
  new aws.lambda.EventSourceMapping(
    "uploads",
    {
      eventSourceArn: queue.arn,
      functionName: routes.function.name,
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      // Each run holds a connection or two, so this bounds what a burst of uploads takes from the database.
      scalingConfig: { maximumConcurrency: stack.config.routeConcurrency },
    },
    { dependsOn: [routes] },
  );
  return routes;
}
