import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { BatchService } from "./batch-service";
import { readJobDefinition } from "./job-definition";

export function batchHandlers(batch: BatchService): ResourceHandlers {
  return {
    "aws:batch/computeEnvironment:ComputeEnvironment": computeEnvironmentHandler(batch),
    "aws:batch/jobQueue:JobQueue": jobQueueHandler(batch),
    "aws:batch/jobDefinition:JobDefinition": jobDefinitionHandler(batch),
  };
}

const computeEnvironment = z.looseObject({
  type: z.literal("MANAGED", "only MANAGED environments stand locally"),
  computeResources: z.looseObject({ type: z.enum(["FARGATE", "FARGATE_SPOT"]), maxVcpus: z.number() }),
});

/** Recorded: its jobs run on this machine, as many at once as the stand-in was told. */
function computeEnvironmentHandler({ registry }: BatchService): ResourceHandler {
  const outputs = (name: string) => ({
    name,
    arn: registry.arn(`compute-environment/${name}`),
    ecsClusterArn: registry.arn(`cluster/${name}`).replace(":batch:", ":ecs:"),
    status: "VALID",
    statusReason: "ComputeEnvironment Healthy",
  });
  return {
    async create(inputs, resourceName) {
      readInputs(computeEnvironment, inputs, resourceName);
      const name = nameOf(inputs, resourceName);
      return { id: name, outputs: outputs(name) };
    },
    replaceOn: ["name"],
    async update(id, inputs) {
      readInputs(computeEnvironment, inputs, id);
      return { outputs: outputs(id) };
    },
    delete: async () => {},
  };
}

const jobQueue = z.looseObject({
  priority: z.number(),
  state: z.enum(["ENABLED", "DISABLED"]),
  computeEnvironmentOrders: z
    .array(z.looseObject({ order: z.number(), computeEnvironment: z.string() }))
    .min(1)
    .max(3),
  schedulingPolicyArn: z.undefined("is not implemented by the local Batch").optional(),
  jobStateTimeLimitActions: z.undefined("is not implemented by the local Batch").optional(),
});

function jobQueueHandler({ registry }: BatchService): ResourceHandler {
  const put = (name: string, inputs: Properties) => {
    const read = readInputs(jobQueue, inputs, name);
    const arn = registry.queueArn(name);
    const computeEnvironments = read.computeEnvironmentOrders
      .sort((a, b) => a.order - b.order)
      .map((each) => each.computeEnvironment);
    registry.putQueue({ name, arn, priority: read.priority, enabled: read.state === "ENABLED", computeEnvironments });
    return { name, arn };
  };
  return {
    async create(inputs, resourceName) {
      const outputs = put(nameOf(inputs, resourceName), inputs);
      return { id: outputs.arn, outputs };
    },
    replaceOn: ["name"],
    update: async (id, inputs) => ({ outputs: put(id.split("/").at(-1) ?? id, inputs) }),
    async delete(id) {
      registry.removeQueue(id);
    },
  };
}

/** A change registers the next revision, and takes the one before it out of use unless told not to. */
function jobDefinitionHandler({ registry }: BatchService): ResourceHandler {
  const register = (name: string, inputs: Properties) => {
    const { arn, revision } = registry.register(name, (identity) => readJobDefinition(inputs, identity));
    return { name, arn, revision, arnPrefix: registry.definitionArn(name) };
  };
  return {
    async create(inputs, resourceName) {
      const name = nameOf(inputs, resourceName);
      return { id: name, outputs: register(name, inputs) };
    },
    replaceOn: ["name"],
    renews: ["arn", "revision"],
    async update(id, inputs) {
      const outputs = register(id, inputs);
      if (inputs.deregisterOnNewRevision !== false) registry.deregister(id, { keepNewest: true });
      return { outputs };
    },
    async delete(id) {
      registry.deregister(id);
    },
  };
}

function nameOf(inputs: Properties, resourceName: string): string {
  return typeof inputs.name === "string" ? inputs.name : physicalName(resourceName);
}
