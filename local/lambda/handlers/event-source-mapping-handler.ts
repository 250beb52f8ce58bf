import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Properties, ResourceHandler } from "../../program/handler";
import { readInputs } from "../../program/read-inputs";
import type { LambdaService } from "../lambda-service";

const notImplemented = z.undefined("is not implemented by the local Lambda").optional();

/** Lambda starts with five pollers for a queue. */
const defaultConcurrency = 5;

const mapping = z
  .looseObject({
    functionName: z.string(),
    eventSourceArn: z.string().regex(/^arn:aws:sqs:(?!.*\.fifo$)/, "must be a standard SQS queue"),
    batchSize: z.number().min(1).max(10_000).default(10),
    maximumBatchingWindowInSeconds: z.number().min(0).max(300).default(0),
    functionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
    scalingConfig: z.looseObject({ maximumConcurrency: z.number().min(2).max(1000).optional() }).optional(),
    enabled: z.boolean().default(true),
    filterCriteria: notImplemented,
    provisionedPollerConfig: notImplemented,
    destinationConfig: notImplemented,
  })
  .refine((read) => read.batchSize <= 10 || read.maximumBatchingWindowInSeconds >= 1, {
    path: ["batchSize"],
    message: "above 10 needs maximumBatchingWindowInSeconds of at least 1",
  });

/** `aws:lambda/eventSourceMapping:EventSourceMapping` of an SQS queue. */
export function eventSourceMappingHandler(lambda: LambdaService): ResourceHandler {
  const map = (id: string, inputs: Properties, resource: string): Properties => {
    const read = readInputs(mapping, inputs, resource);
    const { configuration } = lambda.find(read.functionName);
    if (read.enabled) {
      lambda.mapQueue(id, {
        functionName: configuration.name,
        queueArn: read.eventSourceArn,
        batchSize: read.batchSize,
        batchingWindowSeconds: read.maximumBatchingWindowInSeconds,
        reportBatchItemFailures: read.functionResponseTypes.length > 0,
        maximumConcurrency: read.scalingConfig?.maximumConcurrency ?? defaultConcurrency,
      });
    }
    const { region, accountId } = lambda.account;
    const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;
    return { uuid: id, arn, functionArn: configuration.arn, state: read.enabled ? "Enabled" : "Disabled" };
  };
  return {
    async create(inputs, name) {
      const id = randomUUID();
      return { id, outputs: map(id, inputs, name) };
    },
    replaceOn: ["eventSourceArn"],
    async update(id, inputs) {
      await lambda.unmapQueue(id);
      return { outputs: map(id, inputs, id) };
    },
    delete: (id) => lambda.unmapQueue(id),
  };
}
