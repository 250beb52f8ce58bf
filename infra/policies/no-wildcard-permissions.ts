import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { type IamStatement, iamStatements } from "./iam-statements";

/** AWS's own policies that allow nearly everything of a service, or of all. */
const broad = /(AdministratorAccess|PowerUserAccess|FullAccess)$/;

/** A stolen session of a role reaches what the role names, and no more. */
export const noWildcardPermissions: ResourceValidationPolicy = {
  name: "no-wildcard-permissions",
  description: "No role is allowed actions by wildcard on resources by wildcard.",
  validateResource: (args, report) => {
    for (const statement of policiesOf(args).flatMap(iamStatements)) {
      const action = wildcardAction(statement);
      if (statement.effect !== "Allow" || action === undefined || !isOnEverything(statement)) continue;
      report(`${action} is allowed on everything; name the actions or the resources`);
    }
    for (const arn of managedPoliciesOf(args)) {
      if (broad.test(arn)) report(`${arn.slice(arn.lastIndexOf("/") + 1)} is too broad; write what the role needs`);
    }
  },
};

function policiesOf({ type, props }: ResourceValidationArgs): unknown[] {
  switch (type) {
    case "aws:iam/rolePolicy:RolePolicy":
    case "aws:iam/policy:Policy":
    case "aws:iam/userPolicy:UserPolicy":
    case "aws:iam/groupPolicy:GroupPolicy":
      return [props.policy];
    case "aws:iam/role:Role":
      return ((props.inlinePolicies ?? []) as { policy?: unknown }[]).map(({ policy }) => policy);
    default:
      return [];
  }
}

function managedPoliciesOf({ type, props }: ResourceValidationArgs): string[] {
  if (type === "aws:iam/role:Role") return ((props.managedPolicyArns ?? []) as unknown[]).map(String);
  const attaches = /^aws:iam\/(role|user|group)?[pP]olicyAttachment:/.test(type);
  return attaches ? [String(props.policyArn)] : [];
}

function wildcardAction({ actions, isNotAction }: IamStatement): string | undefined {
  return isNotAction ? "everything but a few actions" : actions.find((action) => /[*?]/.test(action));
}

/** `*`, or an ARN that names nothing behind its account: `arn:aws:s3:::*`. */
function isOnEverything({ resources, isNotResource }: IamStatement): boolean {
  return (
    isNotResource || resources.some((resource) => resource === "*" || /^arn:[^:]*(:[^:]*){3}:\*(\/\*)?$/.test(resource))
  );
}
