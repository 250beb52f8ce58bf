import { createHash } from "node:crypto";
import * as z from "zod";
import type { Properties, ResourceHandler } from "../../program/handler";
import { readInputs } from "../../program/read-inputs";
import type { LambdaService } from "../lambda-service";

const invocation = z.looseObject({
  functionName: z.string(),
  input: z.string(),
  lifecycleScope: z.enum(["CREATE_ONLY", "CRUD"]).default("CREATE_ONLY"),
  terraformKey: z.string().default("tf"),
  qualifier: z.string().optional(),
});

/**
 * `aws:lambda/invocation:Invocation`: invokes a function when it is created; with the scope `CRUD` also when its input
 * changes and when it is deleted, and the input then carries what happens under `tf`.
 * Source: terraform-provider-aws, internal/service/lambda/invocation.go.
 */
export function invocationHandler(lambda: LambdaService): ResourceHandler {
  const invoke = async (inputs: Properties, resource: string, action: string, previous: Properties | undefined) => {
    const read = readInputs(invocation, inputs, resource);
    const input = parseInput(read.input, resource);
    if (read.lifecycleScope === "CRUD") {
      const prev_input = previous ? parseInput(String(previous.input), resource) : null;
      Object.assign(input, { [read.terraformKey]: { action, prev_input } });
    }
    const target = read.qualifier ? `${read.functionName}:${read.qualifier}` : read.functionName;
    const { functionError, payload } = await lambda.invoke(target, input);
    if (!functionError) return payload;
    const { errorType, errorMessage } = JSON.parse(payload);
    throw new Error(`function ${read.functionName} failed to ${action} ${resource}: ${errorType}: ${errorMessage}`);
  };
  return {
    async create(inputs, name) {
      const result = await invoke(inputs, name, "create", undefined);
      const digest = createHash("md5").update(String(inputs.input)).digest("hex");
      return { id: `${inputs.functionName}_${inputs.qualifier ?? "$LATEST"}_${digest}`, outputs: { result } };
    },
    // One that only runs when it is created has no other way to run again.
    replaceOn: ({ lifecycleScope }) => [
      ...["functionName", "qualifier", "triggers"],
      ...(lifecycleScope === "CRUD" ? [] : ["input", "lifecycleScope", "terraformKey"]),
    ],
    renews: ["result"],
    async update(id, inputs, previous) {
      return { outputs: { result: await invoke(inputs, id, "update", previous) } };
    },
    async delete(id, inputs) {
      // Terraform sees old and new input alike when it destroys.
      if (inputs.lifecycleScope === "CRUD") await invoke(inputs, id, "delete", inputs);
    },
  };
}

function parseInput(text: string, resource: string): Record<string, unknown> {
  const input: unknown = JSON.parse(text);
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new Error(`invocation ${resource}: its input must be a JSON object`);
}
