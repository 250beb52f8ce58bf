import { AwsError } from "../aws-endpoint/aws-error";
import { isOr, jsonPattern } from "../eventbridge/json-pattern";
import { isRecord, type PatternRules } from "../eventbridge/pattern-condition";
import type { MessageAttributes } from "../sqs/message";

export type FilterPolicyScope = "MessageAttributes" | "MessageBody";

/** A subscription's filter policy, read and checked. */
export interface FilterPolicy {
  matches(message: { body: string; attributes: MessageAttributes }): boolean;
}

/** SNS Developer Guide, "Filter policy constraints". */
const largestComplexity = 150;
const mostKeys = 5;
/** Bytes. */
const largestPolicy = 262_144;

const refuse = (reason: string) => new AwsError("InvalidParameter", `Invalid parameter: FilterPolicy: ${reason}`);

const rules: PatternRules = {
  operators: ["prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr"],
  refuse,
};

/** Reads a filter policy; throws InvalidParameter as SNS does where it is malformed or too complex. */
export function filterPolicy(text: string, scope: FilterPolicyScope): FilterPolicy {
  const policy = parse(text);
  if (Object.keys(policy).length === 0) return { matches: () => true };
  const pattern = jsonPattern(policy, rules);
  const keys = topLevelKeys(policy);
  if (keys.size > mostKeys) throw refuse(`Filter policy can not have more than ${mostKeys} keys`);
  if (scope === "MessageAttributes" && Object.values(policy).some(isRecord)) {
    throw refuse("Filter policy scope MessageAttributes does not support nested filter policy");
  }
  const found = complexity(policy, 1);
  if (found > largestComplexity) {
    throw refuse(`Filter policy is too complex: ${found} combinations, at most ${largestComplexity} are allowed`);
  }
  return {
    matches({ body, attributes }) {
      const values = scope === "MessageBody" ? parseJson(body) : attributeValues(attributes);
      // A body that is no JSON object matches no policy, not even one that asks for a key's absence.
      return isRecord(values) && pattern.matches(values);
    },
  };
}

function parse(text: string): Record<string, unknown> {
  if (Buffer.byteLength(text) > largestPolicy) throw refuse(`Filter policy exceeds ${largestPolicy} bytes`);
  try {
    const policy: unknown = JSON.parse(text);
    if (isRecord(policy)) return policy;
  } catch {
    // Answered like any other text that is no JSON object.
  }
  throw refuse("failed to parse JSON. The filter policy must be a JSON object");
}

const topLevelKeys = (policy: Record<string, unknown>): Set<string> =>
  new Set(Object.entries(policy).flatMap(([key, value]) => (isOr(key, value) ? value.flatMap(Object.keys) : [key])));

/**
 * The product over all keys of the number of values times the depth at which they stand; alternatives of an `$or` add
 * up. Three values three levels down count nine.
 */
function complexity(policy: Record<string, unknown>, depth: number): number {
  return Object.entries(policy).reduce((product, [key, value]) => {
    if (isOr(key, value)) return product * value.reduce((sum, alternative) => sum + complexity(alternative, depth), 0);
    if (isRecord(value)) return product * complexity(value, depth + 1);
    return product * depth * (Array.isArray(value) ? value.length : 1);
  }, 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The attributes a policy can see: String, String.Array and Number; Binary is invisible to it. */
function attributeValues(attributes: MessageAttributes): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { dataType, stringValue = "" }] of Object.entries(attributes)) {
    if (dataType === "String.Array") values[name] = parseJson(stringValue);
    else if (dataType.startsWith("String")) values[name] = stringValue;
    else if (dataType.startsWith("Number")) values[name] = Number(stringValue);
  }
  return values;
}
