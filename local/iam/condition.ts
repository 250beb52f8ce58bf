import { type ConditionOperator, conditionOperators } from "./condition-operators";
import { type ConditionBlock, listOf } from "./policy-document";
import { contextValues, type PatternRules, type RequestContext } from "./policy-pattern";

/** An operator as written in a policy: `ForAnyValue:StringLikeIfExists`. */
interface WrittenOperator {
  /** `null` is the operator `Null`. */
  operator: ConditionOperator | null;
  set: "all" | "any" | undefined;
  ifExists: boolean;
}

/** Throws by name for an operator that IAM does not have. */
export function readOperator(written: string): WrittenOperator {
  const [, set, name = "", ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const isNull = name === "Null" && set === undefined && ifExists === undefined;
  const operator = isNull ? null : Object.hasOwn(conditionOperators, name) ? conditionOperators[name] : undefined;
  if (operator === undefined)
    throw new Error(`the policy has the condition operator "${written}", which IAM does not know`);
  return {
    operator,
    set: set === undefined ? undefined : set === "ForAllValues:" ? "all" : "any",
    ifExists: ifExists !== undefined,
  };
}

/** Whether all conditions of a statement hold. */
export function conditionHolds(
  condition: ConditionBlock,
  context: RequestContext,
  variables: PatternRules["variables"],
): boolean {
  return Object.entries(condition).every(([written, keys]) => {
    const operator = readOperator(written);
    return Object.entries(keys).every(([key, values]) =>
      keyHolds(operator, contextValues(context, key), listOf(values).map(String), variables),
    );
  });
}

function keyHolds(
  { operator, set, ifExists }: WrittenOperator,
  requested: readonly string[] | undefined,
  written: readonly string[],
  variables: PatternRules["variables"],
): boolean {
  if (operator === null) return written.some((value) => (value.toLowerCase() === "true") === (requested === undefined));
  if (requested === undefined || requested.length === 0) {
    return set === "all" || ifExists || (set === undefined && operator.negated);
  }
  const holds = requested.map((value) => valueHolds(operator, value, written, variables));
  // A condition on a key with several values needs a qualifier; without one IAM's answer is not documented, and
  // here every value must pass.
  return set === "any" ? holds.includes(true) : holds.every(Boolean);
}

function valueHolds(
  operator: ConditionOperator,
  requested: string,
  written: readonly string[],
  variables: PatternRules["variables"],
): boolean {
  const matches = written.map((value) => operator.compare(requested, value, variables));
  if (!operator.negated) return matches.includes(true);
  // A variable without a value makes a "not" unknowable, and then the statement does not apply.
  return matches.every((match) => match === false);
}
