import * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import type { Database } from "./database";
import { useKey } from "./encryption";
import { type FileSystem, fileSystemPolicy, writesFiles } from "./file-system";
import { ownTopic } from "./own-topic";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import { type Queue, queueWithDeadLetters, receiveFrom, subscribeQueue } from "./queue";
import type { Stack } from "./stack";

export interface Replication extends Queue {
  /** Where the router says which files are to be copied. */
  topic: aws.sns.Topic;
  fileSystem: FileSystem;
  replicates: QuaysideFunction;
}

/** Where the function finds the access point's folder. */
const mountPath = "/mnt/files";
/** The most that Lambda allows, in seconds: one large file may take that long. */
const timeout = 900;

/**
 * Copies files to the file system. The router publishes what is to be copied, one message a file; S3's own events with
 * a filter policy on folders would break at 37 of them, and would copy files that are cut off or infected.
 */
export function replicate(
  stack: Stack,
  platform: Platform,
  { database, files, fileSystem }: { database: Database; files: aws.s3.Bucket; fileSystem: FileSystem },
): Replication {
  const { keys } = platform;
  const topic = ownTopic(stack, platform.keys, "replication");
  // AWS recommends six times the timeout, against a throttled message that is taken twice. Twice does no harm here, and
  // a file whose copy failed should not wait for an hour and a half.
  const copies = queueWithDeadLetters(stack, keys, "replication", timeout + 60);
  const policies = receiveFrom("replication", copies, [{ service: "sns.amazonaws.com", sourceArn: topic.arn }]);
  subscribeQueue("replication", topic, copies, policies);
  const replicates = new QuaysideFunction(stack, platform, "replicate", {
    description: "Copies files to the file system",
    timeout,
    // Its share of network and CPU, rather than memory: files are streamed.
    memorySize: 1024,
    environment: {
      ...database.environment,
      DATABASE_USER: "quayside_replicate",
      BUCKET: files.bucket,
      MOUNT_PATH: mountPath,
      MIRROR_DELETIONS: String(stack.config.efsMirrorDeletions),
      ...modes(stack.config.efsPermissions),
    },
    statements: [
      allow("rds-db:connect", database.userArn("quayside_replicate")),
      allow("s3:GetObjectVersion", interpolate`${files.arn}/*`),
      // Without it S3 answers 403 for a version that is gone, which would look like a fault and not like an end.
      allow(["s3:ListBucket", "s3:ListBucketVersions"], files.arn),
      useKey(stack, keys.data.arn, "s3", ["kms:Decrypt"]),
      writesFiles(fileSystem),
      {
        // Lambda polls in the role's name.
        ...allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], copies.queue.arn),
        Sid: "LambdaPolls",
      },
      { ...useKey(stack, keys.messages.arn, "sqs", ["kms:Decrypt"]), Sid: "LambdaPollsEncrypted" },
    ],
    fileSystem: { arn: fileSystem.accessPoint.arn, localMountPath: mountPath, reachable: fileSystem.reachable },
  });
  const policy = fileSystemPolicy(stack, fileSystem, replicates.role);
  new aws.lambda.EventSourceMapping(
    "replication",
    {
      eventSourceArn: copies.queue.arn,
      functionName: replicates.function.name,
      // Each file has the whole run to itself.
      batchSize: 1,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: stack.config.replicateConcurrency },
    },
    { dependsOn: [replicates, policy] },
  );
  return { topic, fileSystem, ...copies, replicates };
}

/** Octal, of the folders and files that it makes: files are for reading and writing, not for running. */
function modes(permissions: string): { DIRECTORY_MODE: string; FILE_MODE: string } {
  const octal = (mode: number) => mode.toString(8).padStart(4, "0");
  const directory = Number.parseInt(permissions, 8);
  return { DIRECTORY_MODE: octal(directory), FILE_MODE: octal(directory & 0o666) };
}
