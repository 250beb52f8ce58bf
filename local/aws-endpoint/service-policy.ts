/** A delivery from one AWS service to a queue or topic, in the terms of the policy that must allow it. */
export interface ServiceDelivery {
  /** `sns.amazonaws.com`, `events.amazonaws.com`, `s3.amazonaws.com` */
  service: string;
  /** `sqs:SendMessage`, `sns:Publish` */
  action: string;
  /** ARN of the queue or topic. */
  resource: string;
  /** ARN of the topic, rule or bucket that delivers. */
  sourceArn: string;
  sourceAccount: string;
}

type Values = string | string[];

interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, Values>;
  Action?: Values;
  Resource?: Values;
  Condition?: Record<string, Record<string, Values | boolean>>;
}

/**
 * Whether a resource policy lets a service deliver: an Allow that names the service's principal, and no Deny. Without a
 * policy nothing is allowed. Throws where the policy uses an element or condition operator that is not evaluated here.
 */
export function policyAllowsService(policy: string | undefined, delivery: ServiceDelivery): boolean {
  if (policy === undefined || policy === "") return false;
  const { Statement: statements } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  const applying = [statements].flat().filter((statement) => applies(statement, delivery));
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}

const evaluated = new Set(["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]);

function applies(statement: Statement, delivery: ServiceDelivery): boolean {
  const unknown = Object.keys(statement).filter((element) => !evaluated.has(element));
  if (unknown.length > 0) throw new Error(`policies with ${unknown.join(", ")} are not evaluated for services here`);
  return (
    namesService(statement.Principal, delivery.service) &&
    list(statement.Action).some((action) => like(action.toLowerCase(), delivery.action.toLowerCase())) &&
    list(statement.Resource).some((resource) => like(resource, delivery.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => conditionHolds(operator, key, list(values).map(String), delivery)),
    )
  );
}

function namesService(principal: Statement["Principal"], service: string): boolean {
  if (principal === undefined) return false;
  if (principal === "*") return true;
  return list(principal.AWS).includes("*") || list(principal.Service).includes(service);
}

function conditionHolds(operator: string, key: string, values: string[], delivery: ServiceDelivery): boolean {
  const [, name = "", ifExists] = /^(.*?)(IfExists)?$/.exec(operator) ?? [];
  const actual = conditionValue(key, delivery);
  if (name === "Null") return values.includes(String(actual === undefined));
  if (actual === undefined) return ifExists !== undefined || name.includes("Not");
  const some = (test: (value: string) => boolean) => values.some(test);
  switch (name) {
    case "ArnEquals":
    case "ArnLike":
      return some((value) => arnLike(value, actual));
    case "ArnNotEquals":
    case "ArnNotLike":
      return !some((value) => arnLike(value, actual));
    case "StringEquals":
      return some((value) => value === actual);
    case "StringNotEquals":
      return !some((value) => value === actual);
    case "StringEqualsIgnoreCase":
      return some((value) => value.toLowerCase() === actual.toLowerCase());
    case "StringLike":
      return some((value) => like(value, actual));
    case "StringNotLike":
      return !some((value) => like(value, actual));
    case "Bool":
      return some((value) => value === actual);
    default:
      throw new Error(`the condition operator ${operator} is not evaluated for services here`);
  }
}

/** What a service's own call carries; `undefined` for keys that only calls of a role have. */
function conditionValue(key: string, delivery: ServiceDelivery): string | undefined {
  switch (key.toLowerCase()) {
    case "aws:sourcearn":
      return delivery.sourceArn;
    case "aws:sourceaccount":
      return delivery.sourceAccount;
    case "aws:securetransport":
    case "aws:principalisawsservice":
      return "true";
    default:
      return undefined;
  }
}

/** Each of an ARN's six parts is compared for itself: a `*` does not reach over a colon, save in the last part. */
function arnLike(pattern: string, arn: string): boolean {
  const parts = (text: string) => {
    const split = text.split(":");
    return [...split.slice(0, 5), split.slice(5).join(":")];
  };
  const actual = parts(arn);
  return parts(pattern).every((part, index) => like(part, actual[index] ?? ""));
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

const list = <T>(values: T | T[] | undefined): T[] => (values === undefined ? [] : ([values].flat() as T[]));
