import * as z from "zod";
import type { FunctionCode } from "./function-code";
import { reservedVariables } from "./function-environment";

/** A function as deployed. */
export interface FunctionConfiguration {
  name: string;
  arn: string;
  roleArn: string;
  handler: string;
  runtime: string;
  timeoutSeconds: number;
  memorySizeMb: number;
  environment: Record<string, string>;
  logGroupName: string;
  code: FunctionCode;
  /** Most invocations at once; beyond it Lambda throttles. */
  reservedConcurrency?: number;
  fileSystem?: { arn: string; localMountPath: string };
  /** Queue or topic for events that failed for good. */
  deadLetterTargetArn?: string;
}

/** What this stand-in reads of an `aws.lambda.Function`; what it cannot honour is refused below. */
const functionInputs = z.looseObject({
  name: z.string().optional(),
  code: z.unknown(),
  role: z.string(),
  handler: z.string().regex(/^[^.]+(?:\/[^.]+)*\.[^.]+$/, "is not <file>.<export>"),
  runtime: z.string(),
  timeout: z.number().min(1).max(900).default(3),
  memorySize: z.number().min(128).max(10240).default(128),
  environment: z.looseObject({ variables: z.record(z.string(), z.string()).default({}) }).optional(),
  reservedConcurrentExecutions: z.number().default(-1),
  fileSystemConfig: z.looseObject({ arn: z.string(), localMountPath: z.string().regex(/^\/mnt\/[\w.-]+$/) }).optional(),
  loggingConfig: z.looseObject({ logGroup: z.string().optional() }).optional(),
  deadLetterConfig: z.looseObject({ targetArn: z.string() }).optional(),
});

const unsupported = ["s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "imageConfig", "snapStart", "durableConfig"];

/**
 * Reads a function's inputs as the program registered them.
 * @throws an error naming whatever the stand-in or Lambda refuses
 */
export function readFunctionInputs(inputs: Record<string, unknown>, resourceName: string) {
  const parsed = functionInputs.safeParse(inputs);
  if (!parsed.success) throw new Error(`function ${resourceName}: ${z.prettifyError(parsed.error)}`);
  const refuse = (what: string): never => {
    throw new Error(`function ${resourceName}: ${what}`);
  };
  const present = unsupported.find((name) => inputs[name] !== undefined);
  if (present) refuse(`the local Lambda does not implement ${present}`);
  if (Array.isArray(inputs.layers) && inputs.layers.length > 0) refuse("the local Lambda does not implement layers");
  if (inputs.packageType === "Image") refuse("the local Lambda does not implement packageType Image");
  const { runtime, environment } = parsed.data;
  if (runtime !== "nodejs24.x") refuse(`the local Lambda runs nodejs24.x only, not ${runtime}`);
  const reserved = Object.keys(environment?.variables ?? {}).filter((name) => reservedVariables.includes(name));
  if (reserved.length > 0) refuse(`Lambda reserves the environment variables ${reserved.join(", ")}; remove them`);
  return parsed.data;
}
