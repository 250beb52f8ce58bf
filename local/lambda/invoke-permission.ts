import { arnLike } from "./arn-like";

/** One statement of a function's resource policy, as `aws.lambda.Permission` adds it. */
export interface InvokePermission {
  /** A service such as `sns.amazonaws.com`, an account id, or `*`. */
  principal: string;
  sourceArn?: string;
  sourceAccount?: string;
}

/** The service that wants to invoke a function, and the resource on whose behalf. */
export interface InvocationSource {
  principal: string;
  sourceArn: string;
}

/** Whether a statement lets this service invoke the function for this resource. */
export function permits(permission: InvokePermission, source: InvocationSource): boolean {
  if (permission.principal !== source.principal && permission.principal !== "*") return false;
  if (permission.sourceArn !== undefined && !arnLike(source.sourceArn, permission.sourceArn)) return false;
  return permission.sourceAccount === undefined || source.sourceArn.split(":")[4] === permission.sourceAccount;
}
