import * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import { type Keys, useKey } from "./encryption";
import { allow, policyDocument } from "./policy-document";
import { onBehalfOf, serviceRole } from "./service-role";
import type { Stack } from "./stack";

/**
 * The role of every partner's session. It reaches the whole bucket; the session policy that the authorize function
 * returns narrows it to the partner's own folders.
 */
export function transferRole(stack: Stack, keys: Keys, files: aws.s3.Bucket): aws.iam.Role {
  const role = serviceRole(stack, "transfer-session", {
    service: "transfer.amazonaws.com",
    // The server's id is not known yet.
    condition: onBehalfOf(stack, stack.arn("transfer", "user/*")),
  });
  new aws.iam.RolePolicy("transfer-session", {
    role: role.name,
    policy: policyDocument(
      allow(["s3:ListBucket", "s3:GetBucketLocation"], files.arn),
      allow(
        ["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject", "s3:DeleteObject"],
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
