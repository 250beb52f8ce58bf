import * as z from "zod";
import { readInputs } from "../program/read-inputs";

/** When a failed attempt is made again. Source: Batch User Guide, "Automated job retries". */
export interface RetryStrategy {
  /** 1 to 10. */
  attempts: number;
  evaluateOnExit: readonly ExitRule[];
}

/** The first rule whose patterns all match decides; a pattern may end in `*`. */
export interface ExitRule {
  action: "RETRY" | "EXIT";
  onExitCode?: string | undefined;
  onReason?: string | undefined;
  onStatusReason?: string | undefined;
}

/** One revision of a job definition. */
export interface JobDefinition {
  name: string;
  revision: number;
  /** With the revision. */
  arn: string;
  image: string;
  /** The image's own where empty. */
  command: string[];
  environment: Record<string, string>;
  jobRoleArn?: string | undefined;
  retryStrategy: RetryStrategy;
  /** Seconds. */
  attemptDurationSeconds?: number | undefined;
}

const action = z
  .string()
  .toUpperCase()
  .pipe(z.enum(["RETRY", "EXIT"]));
const notImplemented = z.undefined("is not implemented by the local Batch").optional();

const jobDefinition = z.looseObject({
  type: z.literal("container", "only container jobs run locally"),
  platformCapabilities: z.array(z.literal("FARGATE", "only FARGATE jobs run locally")).length(1),
  containerProperties: z.string(),
  retryStrategy: z
    .looseObject({
      attempts: z.number().min(1).max(10).default(1),
      evaluateOnExits: z
        .array(
          z.object({
            action,
            onExitCode: z.string().optional(),
            onReason: z.string().optional(),
            onStatusReason: z.string().optional(),
          }),
        )
        .max(5)
        .default([]),
    })
    .optional(),
  timeout: z.looseObject({ attemptDurationSeconds: z.number().min(60).optional() }).optional(),
  parameters: notImplemented,
  nodeProperties: notImplemented,
  eksProperties: notImplemented,
  ecsProperties: notImplemented,
});

const variable = z.object({
  name: z.string().regex(/^(?!AWS_BATCH)/, "names that begin with AWS_BATCH are Batch's own"),
  value: z.string(),
});

const containerProperties = z.strictObject({
  image: z.string(),
  executionRoleArn: z.string("Fargate jobs need an execution role"),
  jobRoleArn: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.array(variable).default([]),
  resourceRequirements: z.array(z.object({ type: z.enum(["VCPU", "MEMORY"]), value: z.string() })),
  // What this machine has instead: its own network, platform, disk and log.
  networkConfiguration: z.unknown().optional(),
  fargatePlatformConfiguration: z.unknown().optional(),
  runtimePlatform: z.unknown().optional(),
  ephemeralStorage: z.unknown().optional(),
  logConfiguration: z.unknown().optional(),
  readonlyRootFilesystem: z.unknown().optional(),
  linuxParameters: z.unknown().optional(),
  user: z.unknown().optional(),
});

/**
 * Reads an `aws.batch.JobDefinition`'s inputs.
 * @throws an error naming what is wrong or not implemented
 */
export function readJobDefinition(
  inputs: Record<string, unknown>,
  identity: Pick<JobDefinition, "name" | "revision" | "arn">,
): JobDefinition {
  const { containerProperties: json, retryStrategy, timeout } = readInputs(jobDefinition, inputs, identity.name);
  const container = readInputs(containerProperties, JSON.parse(json), `containerProperties of ${identity.name}`);
  return {
    ...identity,
    image: container.image,
    command: container.command,
    environment: variables(container.environment),
    jobRoleArn: container.jobRoleArn,
    retryStrategy: {
      attempts: retryStrategy?.attempts ?? 1,
      evaluateOnExit: retryStrategy?.evaluateOnExits ?? [],
    },
    attemptDurationSeconds: timeout?.attemptDurationSeconds,
  };
}

/** Batch's list of variables as a map. */
export function variables(list: readonly { name: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}
