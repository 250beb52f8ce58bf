/** One statement of an IAM policy, with every list as a list. */
export interface IamStatement {
  effect: string;
  actions: string[];
  /** Whether `actions` are those that it does not cover. */
  isNotAction: boolean;
  resources: string[];
  isNotResource: boolean;
  /** `*`, or `AWS:arn:aws:iam::1:root`, `Service:s3.amazonaws.com`. */
  principals: string[];
  /** By operator, then by condition key. */
  conditions: Record<string, Record<string, string[]>>;
}

/** The statements of a policy document, as JSON text or as a value; none where there is no policy. */
export function iamStatements(policy: unknown): IamStatement[] {
  if (policy === undefined || policy === null || policy === "") return [];
  const document = (typeof policy === "string" ? JSON.parse(policy) : policy) as { Statement?: unknown };
  return (Array.isArray(document.Statement) ? document.Statement : [document.Statement])
    .filter((statement) => statement !== undefined)
    .map(read);
}

function read(statement: Record<string, unknown>): IamStatement {
  return {
    effect: String(statement.Effect),
    actions: texts(statement.Action ?? statement.NotAction),
    isNotAction: statement.NotAction !== undefined,
    resources: texts(statement.Resource ?? statement.NotResource),
    isNotResource: statement.NotResource !== undefined,
    principals: principals(statement.Principal),
    conditions: Object.fromEntries(
      Object.entries((statement.Condition ?? {}) as Record<string, Record<string, unknown>>).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, texts(value)])),
      ]),
    ),
  };
}

function principals(principal: unknown): string[] {
  if (principal === undefined || principal === null) return [];
  if (typeof principal === "string") return [principal];
  return Object.entries(principal).flatMap(([kind, names]) => texts(names).map((name) => `${kind}:${name}`));
}

function texts(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
