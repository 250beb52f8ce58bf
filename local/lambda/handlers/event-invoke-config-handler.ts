import * as z from "zod";
import type { ResourceHandler } from "../../program/handler";
import { readInputs } from "../../program/read-inputs";
import { defaultEventInvokeConfiguration } from "../event-invocations";
import type { LambdaService } from "../lambda-service";

const eventInvokeConfig = z.looseObject({
  functionName: z.string(),
  maximumRetryAttempts: z.number().min(0).max(2).default(defaultEventInvokeConfiguration.maximumRetryAttempts),
  maximumEventAgeInSeconds: z.number().min(60).max(21_600).default(21_600),
  destinationConfig: z
    .looseObject({
      onFailure: z.looseObject({ destination: z.string() }).optional(),
      onSuccess: z.undefined("is not implemented by the local Lambda").optional(),
    })
    .optional(),
});

/** `aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig` */
export function eventInvokeConfigHandler(lambda: LambdaService): ResourceHandler {
  const configure = (inputs: Record<string, unknown>, resource: string) => {
    const read = readInputs(eventInvokeConfig, inputs, resource);
    const onFailureArn = read.destinationConfig?.onFailure?.destination;
    lambda.configureEvents(read.functionName, {
      maximumRetryAttempts: read.maximumRetryAttempts,
      maximumEventAgeSeconds: read.maximumEventAgeInSeconds,
      ...(onFailureArn !== undefined && { onFailureArn }),
    });
    return read.functionName;
  };
  return {
    async create(inputs, name) {
      return { id: configure(inputs, name), outputs: {} };
    },
    replaceOn: ["functionName"],
    async update(id, inputs) {
      configure(inputs, id);
      return { outputs: {} };
    },
    async delete(id) {
      lambda.configureEvents(id, undefined);
    },
  };
}
