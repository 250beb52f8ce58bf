import { BlockList, isIP } from "node:net";

/** A value at the end of a path in an event: JSON without objects and arrays. */
export type Leaf = string | number | boolean | null;

/** One element of a pattern's list: a test of a value, or of whether there is one. */
export type PatternCondition = { test: (leaf: Leaf) => boolean } | { exists: boolean };

export type PatternOperator =
  | "prefix"
  | "suffix"
  | "equals-ignore-case"
  | "anything-but"
  | "numeric"
  | "exists"
  | "cidr"
  | "wildcard";

/** Which operators the service has, and how it words a refusal. */
export interface PatternRules {
  operators: readonly PatternOperator[];
  refuse(reason: string): Error;
}

type TextTest = (text: string) => boolean;

/** Reads one element of a pattern's list; throws what the rules make of an element that the service refuses. */
export function patternCondition(source: unknown, rules: PatternRules): PatternCondition {
  if (isLeaf(source)) return { test: (leaf) => leaf === source };
  const [operator, operand] = readOperator(source, rules);
  switch (operator) {
    case "exists":
      if (typeof operand === "boolean") return { exists: operand };
      throw rules.refuse("exists match pattern must be either true or false.");
    case "numeric":
      return { test: numericTest(operand, rules) };
    case "anything-but":
      return { test: anythingButTest(operand, rules) };
    default: {
      const test = textTest(operator, operand, rules);
      return { test: (leaf) => typeof leaf === "string" && test(leaf) };
    }
  }
}

export const isLeaf = (value: unknown): value is Leaf =>
  value === null || /^(string|number|boolean)$/.test(typeof value);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readOperator(source: unknown, rules: PatternRules): [PatternOperator, unknown] {
  const entries = isRecord(source) ? Object.entries(source) : [];
  const [name, operand] = entries[0] ?? [];
  if (entries.length !== 1 || name === undefined) {
    throw rules.refuse("Match value must be String, number, true, false, null, or an object with one match type.");
  }
  const operator = rules.operators.find((known) => known === name);
  if (operator === undefined) throw rules.refuse(`Unrecognized match type ${name}`);
  return [operator, operand];
}

function textTest(operator: PatternOperator, operand: unknown, rules: PatternRules): TextTest {
  if ((operator === "prefix" || operator === "suffix") && isRecord(operand)) {
    const folded = operand["equals-ignore-case"];
    if (typeof folded !== "string") throw rules.refuse(`${operator} match pattern must be a string.`);
    const inner = textTest(operator, folded.toLowerCase(), rules);
    return (text) => inner(text.toLowerCase());
  }
  if (typeof operand !== "string") throw rules.refuse(`${operator} match pattern must be a string.`);
  switch (operator) {
    case "prefix":
      return (text) => text.startsWith(operand);
    case "suffix":
      return (text) => text.endsWith(operand);
    case "equals-ignore-case":
      return (text) => text.toLowerCase() === operand.toLowerCase();
    case "wildcard":
      return wildcardTest(operand, rules);
    case "cidr":
      return cidrTest(operand, rules);
    default:
      throw rules.refuse(`${operator} does not match text.`);
  }
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function wildcardTest(pattern: string, rules: PatternRules): TextTest {
  if (pattern.includes("**")) throw rules.refuse("Consecutive wildcard characters are not allowed.");
  const source = pattern.replace(/\\([*\\])|\*|[.+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return found === "*" ? ".*" : `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, "s");
  return (text) => expression.test(text);
}

function cidrTest(cidr: string, rules: PatternRules): TextTest {
  const [network = "", prefix = ""] = cidr.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const block = new BlockList();
  try {
    block.addSubnet(network, prefix === "" ? Number.NaN : Number(prefix), family);
  } catch {
    throw rules.refuse(`Malformed CIDR, one '/' required: ${cidr}`);
  }
  return (text) => isIP(text) !== 0 && block.check(text, isIP(text) === 6 ? "ipv6" : "ipv4");
}

function anythingButTest(operand: unknown, rules: PatternRules): (leaf: Leaf) => boolean {
  if (isRecord(operand)) {
    const [operator, values] = readOperator(operand, rules);
    const tests = [values].flat().map((value) => textTest(operator, value, rules));
    return (leaf) => typeof leaf === "string" && !tests.some((test) => test(leaf));
  }
  const excluded: unknown[] = [operand].flat();
  const kinds = new Set(excluded.map((value) => typeof value));
  if (excluded.length === 0 || kinds.size !== 1 || !excluded.every((value) => /^(string|number)$/.test(typeof value))) {
    throw rules.refuse(
      "Inside anything but list, either all values are number or string, mixed type is not supported.",
    );
  }
  return (leaf) => !excluded.includes(leaf);
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `["=", 5]`, or one or two bounds: `[">", 0, "<=", 5]`. */
function numericTest(operand: unknown, rules: PatternRules): (leaf: Leaf) => boolean {
  const parts = Array.isArray(operand) ? operand : [];
  const bounds: { holds: (value: number, bound: number) => boolean; bound: number }[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const holds = comparisons[String(parts[index])];
    const bound: unknown = parts[index + 1];
    if (!holds) throw rules.refuse(`Unrecognized numeric range operator: ${parts[index]}`);
    if (typeof bound !== "number" || Math.abs(bound) > 1e9) {
      throw rules.refuse("Value of numeric comparison must be a number from -1000000000 to 1000000000.");
    }
    bounds.push({ holds, bound });
  }
  if (bounds.length === 0 || bounds.length > 2) throw rules.refuse("Numeric match needs one or two comparisons.");
  return (leaf) => typeof leaf === "number" && bounds.every(({ holds, bound }) => holds(leaf, bound));
}
