import * as aws from "@pulumi/aws";
import { type Input, interpolate, jsonStringify, type Output, type Resource } from "@pulumi/pulumi";
import { transformedPrefix } from "./bucket";
import type { Database } from "./database";
import { type Keys, useKey } from "./encryption";
import type { JobImage } from "./job-image";
import { logGroup } from "./log-group";
import type { Network } from "./network";
import { allow, policyDocument, type Statement } from "./policy-document";
import type { SecurityGroups } from "./security-groups";
import { onBehalfOf, serviceRole } from "./service-role";
import type { Stack } from "./stack";

export interface Jobs {
  queue: aws.batch.JobQueue;
  send: aws.batch.JobDefinition;
  transform: aws.batch.JobDefinition;
}

interface JobDependencies {
  keys: Keys;
  network: Network;
  groups: SecurityGroups;
  database: Database;
  /** A revision of a job is current once its schema is there. */
  migrations: Resource;
  files: aws.s3.Bucket;
  notifications: aws.sns.Topic;
  image: JobImage;
}

/** The secrets that operators fill with credentials for pushes. */
export const pushSecretPrefix = (stack: Stack) => `quayside/${stack.name}/push/`;

/** The right to start jobs, in whichever revision is current. */
export function submitsJobs(queue: aws.batch.JobQueue, definitions: aws.batch.JobDefinition[]): Statement {
  const arns = definitions.flatMap(({ arnPrefix }) => [arnPrefix, interpolate`${arnPrefix}:*`]);
  return allow("batch:SubmitJob", [queue.arn, ...arns]);
}

/** The containers that move files: no host, no cluster, nothing to pay for while nothing moves. */
export function jobs(stack: Stack, deps: JobDependencies): Jobs {
  const queue = jobQueue(stack, deps);
  const log = logGroup(stack, deps.keys, "jobs", `/aws/batch/${stack.prefix}`);
  const executionRole = taskExecutionRole(stack, deps.image, log);
  const shared = {
    ...deps.database.environment,
    DATABASE_USER: "quayside_service",
    BUCKET: deps.files.bucket,
    KEY_ARN: deps.keys.data.arn,
    NOTIFICATION_TOPIC_ARN: deps.notifications.arn,
  };
  const define = (
    name: "send" | "transform",
    size: Size,
    environment: Record<string, Input<string>>,
    needs: Statement[],
  ) =>
    new aws.batch.JobDefinition(
      name,
      {
        name: `${stack.prefix}-${name}`,
        type: "container",
        platformCapabilities: ["FARGATE"],
        propagateTags: true,
        // Of the container. What became of each delivery, and when it is tried again, the ledger knows.
        retryStrategy: { attempts: 3 },
        // A job ends when its queue is empty; this ends one that hangs, and the sweep starts another.
        timeout: { attemptDurationSeconds: 24 * 60 * 60 },
        containerProperties: containerProperties(stack, name, size, {
          image: deps.image.uri,
          executionRoleArn: executionRole.arn,
          jobRoleArn: jobRole(stack, name, needs).arn,
          logGroup: log.name,
          environment,
        }),
      },
      { dependsOn: [deps.migrations] },
    );
  const send = define("send", { vcpu: "0.5", memory: "1024" }, shared, sends(stack, deps));
  const transform = define(
    "transform",
    // DuckDB spills what does not fit into memory onto the disk.
    { vcpu: "2", memory: "8192", diskGiB: 100 },
    { ...shared, JOB_QUEUE_ARN: queue.arn, SEND_JOB_DEFINITION_ARN: send.arnPrefix },
    transforms(stack, deps, queue, send),
  );
  return { queue, send, transform };
}

function jobQueue(stack: Stack, { network, groups }: JobDependencies): aws.batch.JobQueue {
  const environment = new aws.batch.ComputeEnvironment("jobs", {
    name: `${stack.prefix}-jobs`,
    type: "MANAGED",
    computeResources: {
      type: "FARGATE",
      maxVcpus: stack.config.batchMaxVcpus,
      subnets: network.subnets.jobs,
      securityGroupIds: [groups.jobs.id],
    },
  });
  return new aws.batch.JobQueue("jobs", {
    name: `${stack.prefix}-jobs`,
    state: "ENABLED",
    priority: 1,
    computeEnvironmentOrders: [{ order: 1, computeEnvironment: environment.arn }],
  });
}

/** What both kinds of job do: work in the ledger, read exactly the version of an object that was uploaded, tell partners. */
function both(stack: Stack, { keys, database, files, notifications }: JobDependencies): Statement[] {
  return [
    allow("rds-db:connect", database.userArn("quayside_service")),
    allow("s3:GetObjectVersion", interpolate`${files.arn}/*`),
    // Without it S3 answers 403 for a version or a name that is not there, which would look like a fault of ours.
    allow(["s3:ListBucket", "s3:ListBucketVersions"], files.arn),
    useKey(stack, keys.data.arn, "s3"),
    allow("sns:Publish", notifications.arn),
    useKey(stack, keys.messages.arn, "sns"),
  ];
}

function sends(stack: Stack, deps: JobDependencies): Statement[] {
  return [
    ...both(stack, deps),
    // Any partner may be a subscriber whose folder files are placed in, so one that is added changes no policy.
    allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], interpolate`${deps.files.arn}/*`),
    allow("secretsmanager:GetSecretValue", stack.arn("secretsmanager", `secret:${pushSecretPrefix(stack)}*`)),
    useKey(stack, deps.keys.data.arn, "secretsmanager", ["kms:Decrypt"]),
  ];
}

function transforms(
  stack: Stack,
  deps: JobDependencies,
  queue: aws.batch.JobQueue,
  send: aws.batch.JobDefinition,
): Statement[] {
  return [
    ...both(stack, deps),
    allow(["s3:PutObject", "s3:AbortMultipartUpload"], interpolate`${deps.files.arn}/${transformedPrefix}*`),
    submitsJobs(queue, [send]),
  ];
}

function taskTrust(stack: Stack) {
  return { service: "ecs-tasks.amazonaws.com", condition: onBehalfOf(stack, stack.arn("ecs", "*")) };
}

function jobRole(stack: Stack, name: string, statements: Statement[]): aws.iam.Role {
  const role = serviceRole(stack, `${name}-job`, taskTrust(stack));
  new aws.iam.RolePolicy(`${name}-job`, { role: role.name, policy: policyDocument(...statements) });
  return role;
}

/** Fargate's own role: it pulls the image and writes the log. */
function taskExecutionRole(stack: Stack, image: JobImage, log: aws.cloudwatch.LogGroup): aws.iam.Role {
  const role = serviceRole(stack, "job-execution", taskTrust(stack));
  new aws.iam.RolePolicy("job-execution", {
    role: role.name,
    policy: policyDocument(
      // It names no repository.
      allow("ecr:GetAuthorizationToken", "*"),
      allow(
        ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
        image.repository.arn,
      ),
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], interpolate`${log.arn}:*`),
    ),
  });
  return role;
}

interface Size {
  vcpu: string;
  /** MiB; Fargate allows certain pairs only. */
  memory: string;
  /** 20 where absent. */
  diskGiB?: number;
}

function containerProperties(
  stack: Stack,
  name: string,
  size: Size,
  {
    environment,
    logGroup: group,
    ...roles
  }: {
    image: Output<string>;
    executionRoleArn: Output<string>;
    jobRoleArn: Output<string>;
    logGroup: Output<string>;
    environment: Record<string, Input<string>>;
  },
): Output<string> {
  return jsonStringify({
    ...roles,
    command: ["node", `${name}.js`],
    environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    resourceRequirements: [
      { type: "VCPU", value: size.vcpu },
      { type: "MEMORY", value: size.memory },
    ],
    ...(size.diskGiB && { ephemeralStorage: { sizeInGiB: size.diskGiB } }),
    networkConfiguration: { assignPublicIp: "DISABLED" },
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": group, "awslogs-region": stack.region, "awslogs-stream-prefix": name },
    },
  });
}
