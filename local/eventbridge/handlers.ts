import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { EventBridge } from "./event-bridge";

const defaultBus = z.literal("default", "only the default event bus has a local stand-in").optional();

const ruleInputs = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  eventBusName: defaultBus,
  eventPattern: z.string().optional(),
  scheduleExpression: z.string().optional(),
  state: z.enum(["ENABLED", "DISABLED"]).optional(),
  isEnabled: z.boolean().optional(),
  forceDestroy: z.boolean().optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

const targetInputs = z.strictObject({
  rule: z.string(),
  arn: z.string(),
  targetId: z.string().optional(),
  eventBusName: defaultBus,
  input: z.string().optional(),
  inputPath: z.string().optional(),
  inputTransformer: z
    .strictObject({ inputPaths: z.record(z.string(), z.string()).optional(), inputTemplate: z.string() })
    .optional(),
  deadLetterConfig: z.strictObject({ arn: z.string().optional() }).optional(),
  // Faults that would be retried do not happen between stand-ins, so the numbers change nothing.
  retryPolicy: z
    .strictObject({ maximumEventAgeInSeconds: z.number().optional(), maximumRetryAttempts: z.number().optional() })
    .optional(),
  forceDestroy: z.boolean().optional(),
});

/** Rules and targets, by Pulumi type token. */
export function eventBridgeHandlers(bus: EventBridge): ResourceHandlers {
  return {
    "aws:cloudwatch/eventRule:EventRule": ruleHandler(bus),
    "aws:cloudwatch/eventTarget:EventTarget": targetHandler(bus),
  };
}

/** Id: the rule's name. */
function ruleHandler(bus: EventBridge): ResourceHandler {
  const put = (name: string, inputs: Properties) => {
    const read = readInputs(ruleInputs, inputs, name);
    const enabled = read.state === undefined ? read.isEnabled !== false : read.state === "ENABLED";
    const { eventPattern, scheduleExpression, tags } = read;
    const { arn } = bus.putRule({ name, eventPattern, scheduleExpression, enabled });
    return {
      ...{ arn, name, eventBusName: "default", state: enabled ? "ENABLED" : "DISABLED" },
      ...{ region: bus.account.region, tagsAll: { ...tags } },
    };
  };
  return {
    async create(inputs, resourceName) {
      const name = readInputs(ruleInputs, inputs, resourceName).name ?? physicalName(resourceName);
      if (bus.findRule(name)) throw new Error(`the rule ${name} exists already`);
      return { id: name, outputs: put(name, inputs) };
    },
    replaceOn: ["name"],
    update: async (id, inputs) => ({ outputs: put(id, inputs) }),
    async delete(id) {
      // A rule that is replaced goes before the targets that follow it to its successor.
      for (const targetId of [...(bus.findRule(id)?.targets.keys() ?? [])]) bus.deleteTarget(id, targetId);
      bus.deleteRule(id);
    },
  };
}

/** Id: `<rule>-<target id>`, as the provider builds it. */
function targetHandler(bus: EventBridge): ResourceHandler {
  const put = (inputs: Properties, targetId: string) => {
    const { rule, deadLetterConfig, targetId: _, ...target } = readInputs(targetInputs, inputs, targetId);
    bus.putTarget(rule, { ...target, id: targetId, deadLetterArn: deadLetterConfig?.arn });
    return { targetId, eventBusName: "default", region: bus.account.region };
  };
  return {
    async create(inputs, resourceName) {
      const { rule, targetId = `terraform-${randomUUID()}` } = readInputs(targetInputs, inputs, resourceName);
      return { id: `${rule}-${targetId}`, outputs: put(inputs, targetId) };
    },
    replaceOn: ["rule", "targetId"],
    update: async (id, inputs) => ({ outputs: put(inputs, targetIdOf(id, inputs)) }),
    delete: async (id, inputs) => bus.deleteTarget(String(inputs.rule), targetIdOf(id, inputs)),
  };
}

const targetIdOf = (id: string, { rule }: Properties) => id.slice(String(rule).length + 1);
