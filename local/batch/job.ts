import type { FunctionLog } from "../lambda/function-log";
import type { AttemptOutcome } from "./is-retried";
import type { JobDefinition, RetryStrategy } from "./job-definition";

export type JobStatus = "SUBMITTED" | "PENDING" | "RUNNABLE" | "STARTING" | "RUNNING" | "SUCCEEDED" | "FAILED";

/** One attempt, with times in milliseconds since 1970. */
export interface JobAttempt extends AttemptOutcome {
  startedAt: number;
  stoppedAt: number;
}

/** A submitted job. Times are milliseconds since 1970. */
export interface Job {
  id: string;
  arn: string;
  name: string;
  queueArn: string;
  definition: JobDefinition;
  command: string[];
  environment: Record<string, string>;
  retryStrategy: RetryStrategy;
  attemptDurationSeconds?: number | undefined;
  tags: Record<string, string>;
  status: JobStatus;
  statusReason?: string;
  createdAt: number;
  startedAt?: number;
  stoppedAt?: number;
  attempts: JobAttempt[];
  isCancelled: boolean;
  isTerminated: boolean;
  log: FunctionLog;
}

/** A job as DescribeJobs and the state change events show it. */
export function jobDetail(job: Job) {
  const last = job.attempts.at(-1);
  const logStreamName = `${job.definition.name}/default/${job.id}`;
  return {
    jobArn: job.arn,
    jobId: job.id,
    jobName: job.name,
    jobQueue: job.queueArn,
    jobDefinition: job.definition.arn,
    status: job.status,
    statusReason: job.statusReason,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    attempts: job.attempts.map(({ startedAt, stoppedAt, statusReason, exitCode, reason }) => ({
      ...{ startedAt, stoppedAt, statusReason },
      container: { exitCode, reason, logStreamName, networkInterfaces: [] },
    })),
    retryStrategy: job.retryStrategy,
    ...(job.attemptDurationSeconds && { timeout: { attemptDurationSeconds: job.attemptDurationSeconds } }),
    dependsOn: [],
    parameters: {},
    platformCapabilities: ["FARGATE"],
    isCancelled: job.isCancelled,
    isTerminated: job.isTerminated,
    tags: job.tags,
    container: {
      image: job.definition.image,
      command: job.command,
      jobRoleArn: job.definition.jobRoleArn,
      environment: Object.entries(job.environment).map(([name, value]) => ({ name, value })),
      exitCode: last?.exitCode,
      reason: last?.reason,
      logStreamName,
    },
  };
}
