import { evaluate } from "../iam/evaluate";
import { parsePolicy } from "../iam/policy-document";
import { AwsError } from "./aws-error";
import type { AccessRequest, Principal } from "./service";

/**
 * Holds a call against the session policy of the credentials that signed it, which narrows whatever their role may do.
 * @throws an AwsError in IAM's words
 */
export function checkSessionPolicy(
  { roleArn, sessionPolicy }: Principal,
  access: Omit<AccessRequest, "principal">,
): void {
  if (sessionPolicy === undefined) return;
  const { action, resource, conditions: context = {} } = access;
  if (evaluate([parsePolicy(sessionPolicy)], { action, resource, context }) === "allow") return;
  throw new AwsError(
    "AccessDenied",
    `${roleArn} is not authorized to perform: ${action} on resource: ${resource} because no session policy allows the ${action} action`,
    403,
  );
}
