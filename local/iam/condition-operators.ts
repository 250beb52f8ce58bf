import { BlockList, isIP } from "node:net";
import { type PatternRules, policyPattern } from "./policy-pattern";

/** How one value of a request compares with one value of a policy. Undefined: the policy's variable has no value. */
export interface ConditionOperator {
  compare(requested: string, written: string, variables: PatternRules["variables"]): boolean | undefined;
  /** `NotEquals` and its like: true when the comparison holds for none of the written values. */
  negated: boolean;
}

type Compare = ConditionOperator["compare"];

const text =
  (rules: Omit<PatternRules, "variables">): Compare =>
  (requested, written, variables) =>
    policyPattern(written, { ...rules, variables })?.test(requested);

const equals = text({ wildcards: false });
const equalsIgnoringCase = text({ wildcards: false, ignoreCase: true });
const like = text({ wildcards: true });

/** The six parts of an ARN match one by one, so that a `*` does not reach over a colon. */
const arn: Compare = (requested, written, variables) => {
  const [requestedParts, writtenParts] = [arnParts(requested), arnParts(written)];
  if (requestedParts === undefined || writtenParts === undefined) return written === "*";
  const matches = writtenParts.map((part, index) => like(requestedParts[index] ?? "", part, variables));
  return matches.includes(undefined) ? undefined : matches.every(Boolean);
};

function arnParts(value: string): string[] | undefined {
  const parts = value.split(":");
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

const ipAddress: Compare = (requested, written) => {
  const family = isIP(requested);
  const [network = "", bits = isIP(network) === 6 ? "128" : "32"] = written.split("/");
  if (isIP(network) === 0) throw new Error(`the policy has "${written}" where an address or a CIDR block belongs`);
  if (family !== isIP(network)) return false;
  const list = new BlockList();
  const type = family === 6 ? "ipv6" : "ipv4";
  list.addSubnet(network, Number(bits), type);
  return list.check(requested, type);
};

const number =
  (holds: (a: number, b: number) => boolean): Compare =>
  (requested, written) =>
    holds(Number(requested), Number(written));

/** ISO 8601, or seconds since 1970. */
const instant = (value: string) => (/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value));
const date =
  (holds: (a: number, b: number) => boolean): Compare =>
  (requested, written) =>
    holds(instant(requested), instant(written));

const bool: Compare = (requested, written) => requested.toLowerCase() === written.toLowerCase();

const is = (compare: Compare): ConditionOperator => ({ compare, negated: false });
const isNot = (compare: Compare): ConditionOperator => ({ compare, negated: true });

const ordered = (name: string, of: (holds: (a: number, b: number) => boolean) => Compare) => ({
  [`${name}Equals`]: is(of((a, b) => a === b)),
  [`${name}NotEquals`]: isNot(of((a, b) => a === b)),
  [`${name}LessThan`]: is(of((a, b) => a < b)),
  [`${name}LessThanEquals`]: is(of((a, b) => a <= b)),
  [`${name}GreaterThan`]: is(of((a, b) => a > b)),
  [`${name}GreaterThanEquals`]: is(of((a, b) => a >= b)),
});

/** Every operator but `Null`, without its set and `IfExists` qualifiers. Source: IAM user guide, condition operators. */
export const conditionOperators: Readonly<Record<string, ConditionOperator>> = {
  StringEquals: is(equals),
  StringNotEquals: isNot(equals),
  StringEqualsIgnoreCase: is(equalsIgnoringCase),
  StringNotEqualsIgnoreCase: isNot(equalsIgnoringCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  ...ordered("Numeric", number),
  ...ordered("Date", date),
  Bool: is(bool),
  BinaryEquals: is(equals),
  IpAddress: is(ipAddress),
  NotIpAddress: isNot(ipAddress),
  ArnEquals: is(arn),
  ArnLike: is(arn),
  ArnNotEquals: isNot(arn),
  ArnNotLike: isNot(arn),
};
