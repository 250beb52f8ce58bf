import * as aws from "@pulumi/aws";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { policyDocument, type Statement } from "./policy-document";
import type { Stack } from "./stack";

/**
 * A role that one AWS service assumes on behalf of this account, and nobody else.
 * @param condition narrows the trust further, to the resources that the service acts for.
 */
export function serviceRole(
  stack: Stack,
  name: string,
  { service, condition }: { service: string; condition?: Statement["Condition"] },
  options?: CustomResourceOptions,
): aws.iam.Role {
  return new aws.iam.Role(
    name,
    {
      name: `${stack.prefix}-${name}`,
      assumeRolePolicy: policyDocument({
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(condition && { Condition: condition }),
      }),
      // Who deploys may be allowed to make roles only within it (docs/deploy.md).
      permissionsBoundary: stack.config.permissionsBoundary || undefined,
    },
    options,
  );
}

/** The trust of a service that says for which account and resource it acts, so that no other account can use it. */
export function onBehalfOf(
  stack: Stack,
  sourceArn: Input<string> | Input<string>[],
): NonNullable<Statement["Condition"]> {
  return { StringEquals: { "aws:SourceAccount": stack.accountId }, ArnLike: { "aws:SourceArn": sourceArn } };
}
