import * as aws from "@pulumi/aws";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import { type RouteDependencies, settlesUploads } from "./route";
import type { Stack } from "./stack";

/**
 * Every minute, picks up what a crash left behind and settles uploads that were never confirmed. There is no
 * dead-letter queue: the next run does the same work, and a run that fails raises an alarm.
 */
export function sweep(stack: Stack, platform: Platform, dependencies: RouteDependencies): QuaysideFunction {
  const { config } = stack;
  const settles = settlesUploads(stack, platform, dependencies);
  const sweeps = new QuaysideFunction(stack, platform, "sweep", {
    description: "Picks up what a crash left behind; settles uploads that were never confirmed",
    timeout: 60,
    memorySize: 512,
    environment: {
      ...settles.environment,
      UNCONFIRMED_AFTER_SECONDS: String(config.unconfirmedAfterSeconds),
      UNCONFIRMED_POLICY: config.unconfirmedUploads,
    },
    statements: [
      ...settles.statements,
      // Whether the job of a silent queue still waits for capacity. Batch knows no resources for this call.
      allow("batch:DescribeJobs", "*"),
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
