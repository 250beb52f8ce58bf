import {
  isLeaf,
  isRecord,
  type Leaf,
  type PatternCondition,
  type PatternRules,
  patternCondition,
} from "./pattern-condition";

/**
 * A pattern over JSON as EventBridge and SNS filter policies share it: an object whose lists hold conditions for the
 * values at the same paths of the event. All keys must match, one condition of each list suffices; where the event has
 * an array, one element suffices, and nested keys must match within the same element.
 */
export interface JsonPattern {
  matches(event: unknown): boolean;
}

type CompiledKey =
  | { kind: "conditions"; key: string; conditions: PatternCondition[] }
  | { kind: "nested"; key: string; pattern: CompiledKey[] }
  | { kind: "or"; alternatives: CompiledKey[][] };

/** Reads a pattern; throws what the rules make of one that the service refuses. */
export function jsonPattern(source: unknown, rules: PatternRules): JsonPattern {
  const keys = compile(source, rules);
  return { matches: (event) => objectMatches(keys, event) };
}

function compile(source: unknown, rules: PatternRules): CompiledKey[] {
  if (!isRecord(source)) throw rules.refuse("Filter is not an object");
  if (Object.keys(source).length === 0) throw rules.refuse("Empty objects are not allowed");
  return Object.entries(source).map(([key, value]): CompiledKey => {
    if (isOr(key, value)) return { kind: "or", alternatives: value.map((alternative) => compile(alternative, rules)) };
    if (isRecord(value)) return { kind: "nested", key, pattern: compile(value, rules) };
    if (!Array.isArray(value)) throw rules.refuse(`"${key}" must be an object or an array`);
    if (value.length === 0) throw rules.refuse("Empty arrays are not allowed");
    return { kind: "conditions", key, conditions: value.map((element) => patternCondition(element, rules)) };
  });
}

/** `$or` is an operator where its value is a list of two or more objects, and a name like any other elsewhere. */
export const isOr = (key: string, value: unknown): value is Record<string, unknown>[] =>
  key === "$or" && Array.isArray(value) && value.length > 1 && value.every(isRecord);

function objectMatches(keys: CompiledKey[], value: unknown): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some((element) => objectMatches(keys, element));
  const record = isRecord(value) ? value : {};
  return keys.every((key) => keyMatches(key, record));
}

function keyMatches(key: CompiledKey, record: Record<string, unknown>): boolean {
  switch (key.kind) {
    case "or":
      return key.alternatives.some((alternative) => objectMatches(alternative, record));
    case "nested":
      return objectMatches(key.pattern, record[key.key]);
    case "conditions":
      return conditionsMatch(key.conditions, leavesOf(record[key.key]));
  }
}

/** `exists` asks for a leaf: a path that ends in an object does not exist to it. */
function conditionsMatch(conditions: PatternCondition[], leaves: Leaf[]): boolean {
  return conditions.some((condition) =>
    "exists" in condition ? condition.exists === leaves.length > 0 : leaves.some(condition.test),
  );
}

function leavesOf(value: unknown): Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isLeaf(value) ? [value] : [];
}
