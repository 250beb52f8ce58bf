import type { FolderEntitlement } from "./entitlements";
import { sessionPolicy } from "./session-policy";

/**
 * The most characters that the session policy for these folders can have in any stack: with the longest bucket name
 * and key ARN that AWS allows, so that what fits here fits everywhere.
 */
export function sessionPolicyLength(folders: readonly FolderEntitlement[]): number {
  const bucket = "b".repeat(63);
  const keyArn = `arn:aws-us-gov:kms:us-gov-northwest-1:000000000000:key/mrk-${"0".repeat(32)}`;
  return sessionPolicy({ bucket, keyArn, folders }).length;
}
