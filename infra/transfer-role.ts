import * as aws from "@pulumi/aws";
import { type Input, interpolate } from "@pulumi/pulumi";
import { type Keys, useKey } from "./encryption";
import { allow, policyDocument } from "./policy-document";
import { onBehalfOf, serviceRole } from "./service-role";
import type { Stack } from "./stack";

/**
 * The role of the sessions at one endpoint. It reaches the whole bucket; each session's policy narrows it to the
 * partner's own folders.
 * @param name `transfer-session`
 * @param sources ARNs of what Transfer Family may assume it for: `…:user/<server>/*`, `…:server/*`
 */
export function transferRole(
  stack: Stack,
  keys: Keys,
  files: aws.s3.Bucket,
  name: string,
  sources: Input<string> | Input<string>[],
): aws.iam.Role {
  const role = serviceRole(stack, name, { service: "transfer.amazonaws.com", condition: onBehalfOf(stack, sources) });
  new aws.iam.RolePolicy(name, {
    role: role.name,
    policy: policyDocument(
      allow(["s3:ListBucket", "s3:GetBucketLocation"], files.arn),
      allow(
        [
          ...["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject", "s3:DeleteObject"],
          // A rename takes the tags along, such as a malware scan's verdict.
          ...["s3:GetObjectTagging", "s3:PutObjectTagging"],
        ],
        interpolate`${files.arn}/*`,
      ),
      // What comes out of a transform is on its way to somebody else.
      {
        Effect: "Deny",
        Action: "s3:*",
        Resource: interpolate`${files.arn}/.*`,
      },
      useKey(stack, keys.data.arn, "s3", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]),
    ),
  });
  return role;
}
