import * as aws from "@pulumi/aws";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import type { Stack } from "./stack";

/**
 * A log group, encrypted and with the stack's retention. Made before whatever writes to it, because AWS would make
 * one without either.
 * @param path its name, which has to contain the stack's prefix: the key's policy asks for it.
 */
export function logGroup(
  stack: Stack,
  keys: Keys,
  name: string,
  path: string,
  options?: CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-log`,
    { name: path, retentionInDays: stack.config.logRetentionDays, kmsKeyId: keys.logs.arn },
    { ...stack.stateful, ...options },
  );
}
