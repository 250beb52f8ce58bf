import type {
  Policies,
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Recorded } from "../testing";

type Rule = Policies[number];
type Facts = Pick<Recorded, "type" | "name" | "inputs" | "state" | "protect">;

/** A resource for a rule to look at. Its outputs are its inputs unless told. */
export function resource(
  type: string,
  inputs: Record<string, unknown>,
  { name = "example", protect = false, state = inputs }: Partial<Pick<Facts, "name" | "protect" | "state">> = {},
): Facts {
  return { type, name, inputs, state, protect };
}

/** What a rule says of these resources: `aws:sqs/queue:Queue uploads: …`. Run as the engine does, but for unknown values. */
export async function violations(rule: Rule, resources: readonly Facts[], stack = "prod"): Promise<string[]> {
  const found: string[] = [];
  if ("validateStack" in rule) await checkStack(rule, resources, stack, found);
  else for (const facts of resources) await checkResource(rule, facts, stack, found);
  return found;
}

async function checkResource(
  rule: ResourceValidationPolicy,
  facts: Facts,
  stack: string,
  found: string[],
): Promise<void> {
  const validations = rule.validateResource ?? [];
  for (const validate of Array.isArray(validations) ? validations : [validations]) {
    // What validateResourceOfType() goes by: it refuses other types with an error.
    const wanted = (validate as { __pulumiType?: string }).__pulumiType;
    if (wanted !== undefined && wanted !== facts.type) continue;
    await validate(
      { ...seen(facts, stack), props: facts.inputs, stackTags: new Map(), ...config(rule) } as ResourceValidationArgs,
      (message) => void found.push(`${facts.type} ${facts.name}: ${message}`),
    );
  }
}

async function checkStack(
  rule: StackValidationPolicy,
  all: readonly Facts[],
  stack: string,
  found: string[],
): Promise<void> {
  const resources = all.map((facts) => ({ ...seen(facts, stack), props: facts.state }) as PolicyResource);
  await rule.validateStack({ resources, stackTags: new Map(), ...config(rule) }, (message, urn) => {
    const { type, name } = resources.find((candidate) => candidate.urn === urn) ?? { type: "stack", name: stack };
    found.push(`${type} ${name}: ${message}`);
  });
}

function seen({ type, name, protect }: Facts, stack: string) {
  const isType = (resourceClass: unknown) => (resourceClass as { __pulumiType?: string }).__pulumiType === type;
  const opts: PolicyResourceOptions = {
    protect,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  };
  return {
    type,
    name,
    urn: `urn:pulumi:${stack}::quayside::${type}::${name}`,
    opts,
    isType,
    asType: (): never => {
      throw new Error("asType() is not used by our rules");
    },
    dependencies: [],
    propertyDependencies: {},
  };
}

/** A rule's configuration: its defaults. */
function config({ configSchema }: Rule) {
  const defaults = Object.entries(configSchema?.properties ?? {}).map(([key, schema]) => [key, schema.default]);
  return {
    getConfig: <T extends object>() => Object.fromEntries(defaults) as T,
    notApplicable: (): never => {
      throw new Error("notApplicable() is not used by our rules");
    },
  };
}
