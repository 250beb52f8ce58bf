import { conditionHolds, readOperator } from "./condition";
import { listOf, type PolicyDocument, type Statement } from "./policy-document";
import { type PatternRules, policyPattern, type RequestContext } from "./policy-pattern";

export interface PolicyRequest {
  /** `s3:GetObject` */
  action: string;
  /** An ARN, or `*` for an action that knows no resource. */
  resource: string;
  /** Condition keys, and the values of policy variables: `{"s3:prefix": "acme/", "transfer:UserName": "acme"}`. */
  context: RequestContext;
}

export type Decision = "allow" | "explicitDeny" | "implicitDeny";

/**
 * What policies of one kind (all identity policies of a role, or its session policy) say to a request: any `Deny`
 * that applies wins, then any `Allow`. Whoever combines kinds asks for each and needs `allow` from all.
 * Throws by name for a condition operator that IAM does not have, even where the statement would not apply.
 * Source: IAM user guide, policy evaluation logic; policy variables; condition operators.
 */
export function evaluate(policies: readonly PolicyDocument[], request: PolicyRequest): Decision {
  let decision: Decision = "implicitDeny";
  for (const policy of policies) {
    const variables = policy.Version === "2012-10-17" ? request.context : undefined;
    for (const statement of listOf(policy.Statement)) {
      Object.keys(statement.Condition ?? {}).forEach(readOperator);
      if (!applies(statement, request, variables)) continue;
      if (statement.Effect === "Deny") decision = "explicitDeny";
      else if (decision === "implicitDeny") decision = "allow";
    }
  }
  return decision;
}

function applies(statement: Statement, request: PolicyRequest, variables: PatternRules["variables"]): boolean {
  // Actions know wildcards but no variables, and their case does not matter.
  const action = (text: string) => policyPattern(text, { wildcards: true, ignoreCase: true });
  const resource = (text: string) => policyPattern(text, { wildcards: true, variables });
  return (
    elementMatches(statement.Action, statement.NotAction, request.action, action) &&
    elementMatches(statement.Resource, statement.NotResource, request.resource, resource) &&
    conditionHolds(statement.Condition ?? {}, request.context, variables)
  );
}

function elementMatches(
  element: Statement["Action"],
  opposite: Statement["NotAction"],
  requested: string,
  pattern: (text: string) => RegExp | undefined,
): boolean {
  if (opposite === undefined) return listOf(element).some((text) => pattern(text)?.test(requested) ?? false);
  return listOf(opposite).every((text) => pattern(text)?.test(requested) === false);
}
