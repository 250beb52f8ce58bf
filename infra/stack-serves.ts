import { log } from "@pulumi/pulumi";
import type { PartnerAccess } from "../domain/partner-access";
import { longestSessionPolicy, sessionPolicy } from "../domain/session-policy";
import { bucketName } from "./bucket";
import type { Stack } from "./stack";

/**
 * Looks whether this stack serves what the partner files ask for. One folder of partners can be deployed to several
 * stacks, so what a stack has not got is a warning.
 * @throws where a login could never work: with the stack's names for unfinished uploads, its session policy is too long.
 */
export function stackServes(stack: Stack, partners: readonly PartnerAccess[]): void {
  const { config } = stack;
  const idsOf = (selected: readonly PartnerAccess[]) => selected.map(({ partner }) => partner).join(", ");
  const internal = partners.filter(({ endpoint }) => endpoint === "internal");
  if (internal.length > 0 && !config.internalEndpoint) {
    log.warn(`nobody can log in as ${idsOf(internal)}: quayside:internalEndpoint is false`);
  }
  const replicated = partners.filter(({ entitlements }) => entitlements.folders.some(({ replicate }) => replicate));
  if (replicated.length > 0 && !config.efs) {
    log.warn(`folders of ${idsOf(replicated)} are copied to no file system: quayside:efs is false`);
  }
  const tooLong = partners.filter(
    ({ entitlements }) => sessionPolicyLength(stack, entitlements.folders) > longestSessionPolicy,
  );
  if (tooLong.length > 0) {
    throw new Error(
      `with quayside:ignoredNames, the session policies of ${idsOf(tooLong)} have more than ${longestSessionPolicy} characters; use fewer or shorter names, or fewer folders`,
    );
  }
}

function sessionPolicyLength(stack: Stack, folders: PartnerAccess["entitlements"]["folders"]): number {
  // Keys are made by AWS, and their ids are all of the same length.
  const keyArn = stack.arn("kms", `key/${"0".repeat(36)}`);
  return sessionPolicy({ bucket: bucketName(stack), keyArn, folders, temporaryNames: stack.config.ignoredNames })
    .length;
}
