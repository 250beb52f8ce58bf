/** A value of a policy element that may stand alone or in a list. */
export type OneOrMany<T> = T | readonly T[];

export type ConditionBlock = Record<string, Record<string, OneOrMany<string | number | boolean>>>;

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: ConditionBlock;
}

/** An identity or session policy: no principals, because whoever it is attached to is the principal. */
export interface PolicyDocument {
  /** Without `2012-10-17` IAM takes policy variables as plain text. */
  Version?: "2012-10-17" | "2008-10-17";
  Id?: string;
  Statement: OneOrMany<Statement>;
}

export const listOf = <T>(value: OneOrMany<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

const documentKeys = ["Version", "Id", "Statement"];
const statementKeys = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/** Reads an identity or session policy. Throws with one line that says what IAM would refuse. */
export function parsePolicy(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(`the policy is not JSON: ${(error as Error).message}`);
  }
  if (!isRecord(document)) throw new Error("the policy is not a JSON object");
  refuseUnknownKeys(document, documentKeys, "the policy");
  if (document.Version !== undefined && document.Version !== "2012-10-17" && document.Version !== "2008-10-17") {
    throw new Error(`the policy's Version is "${document.Version}"; write "2012-10-17"`);
  }
  if (document.Statement === undefined) throw new Error("the policy has no Statement");
  const statements = listOf(document.Statement as OneOrMany<unknown>);
  statements.forEach(checkStatement);
  return document as unknown as PolicyDocument;
}

function checkStatement(statement: unknown, index: number): void {
  const name = `statement ${index + 1} of the policy`;
  if (!isRecord(statement)) throw new Error(`${name} is not an object`);
  refuseUnknownKeys(statement, statementKeys, name);
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
    throw new Error(`${name} has Effect "${statement.Effect}"; write "Allow" or "Deny"`);
  }
  for (const [element, opposite] of [
    ["Action", "NotAction"],
    ["Resource", "NotResource"],
  ] as const) {
    if ((statement[element] === undefined) === (statement[opposite] === undefined)) {
      throw new Error(`${name} needs either ${element} or ${opposite}`);
    }
    const values = listOf((statement[element] ?? statement[opposite]) as OneOrMany<unknown>);
    if (values.length === 0 || values.some((value) => typeof value !== "string")) {
      throw new Error(`${name} needs text in ${element}`);
    }
  }
  if (statement.Condition !== undefined && !isRecord(statement.Condition)) {
    throw new Error(`the Condition of ${name} is not an object`);
  }
}

function refuseUnknownKeys(value: Record<string, unknown>, known: readonly string[], name: string): void {
  const unknownKey = Object.keys(value).find((key) => !known.includes(key));
  if (unknownKey !== undefined) throw new Error(`${name} has ${unknownKey}, which identity policies do not know`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
