import * as apigateway from "@pulumi/aws/apigateway";
import * as batch from "@pulumi/aws/batch";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as transfer from "@pulumi/aws/transfer";
import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";

const unnamed = "AWS makes one that keeps everything for ever; name one of ours";

/** Every log ends, and whatever writes one writes into a group that does. */
export const logRetention: ResourceValidationPolicy = {
  name: "log-retention",
  description: "Log groups have a retention, and functions, jobs, servers and APIs write into groups of ours.",
  validateResource: [
    validateResourceOfType(cloudwatch.LogGroup, ({ retentionInDays }, _args, report) => {
      if (!retentionInDays) report("the log group keeps everything for ever; set retentionInDays");
    }),
    validateResourceOfType(lambda.Function, ({ loggingConfig }, _args, report) => {
      if (!loggingConfig?.logGroup) report(`the function names no log group in loggingConfig; ${unnamed}`);
    }),
    validateResourceOfType(transfer.Server, ({ structuredLogDestinations }, _args, report) => {
      if (!structuredLogDestinations?.length) report("nobody would know who logged in; name structuredLogDestinations");
    }),
    validateResourceOfType(apigateway.Stage, ({ accessLogSettings }, _args, report) => {
      if (!accessLogSettings?.destinationArn) report("calls are not logged; name accessLogSettings");
    }),
    validateResourceOfType(batch.JobDefinition, ({ containerProperties }, _args, report) => {
      const { logConfiguration } = JSON.parse(containerProperties ?? "{}") as {
        logConfiguration?: { options?: Record<string, string> };
      };
      if (!logConfiguration?.options?.["awslogs-group"]) report(`the job names no awslogs-group; ${unnamed}`);
    }),
  ],
};
