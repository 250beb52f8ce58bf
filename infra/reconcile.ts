import type * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import type { Database } from "./database";
import { useKey } from "./encryption";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import type { Stack } from "./stack";
import type { Passwords } from "./user-pool";

/** Applies one partner's entitlements: rows, folder markers, and the login with its password. */
export function reconcile(
  stack: Stack,
  platform: Platform,
  { database, files, passwords }: { database: Database; files: aws.s3.Bucket; passwords: Passwords },
): QuaysideFunction {
  const { keys } = platform;
  const loginSecrets = `quayside/${stack.name}/login/`;
  return new QuaysideFunction(stack, platform, "reconcile", {
    description: "Applies one partner's entitlements",
    // As long as Lambda lets it: under another id, all that the partner ever sent and received is written anew, 300,000
    // files in 6 s on a developer's machine.
    timeout: 900,
    memorySize: 512,
    environment: {
      ...database.environment,
      DATABASE_USER: "quayside_service",
      BUCKET: files.bucket,
      KEY_ARN: keys.data.arn,
      USER_POOL_ID: passwords.pool.id,
      LOGIN_SECRET_PREFIX: loginSecrets,
      SECRET_RECOVERY_DAYS: String(stack.config.secretRecoveryDays),
    },
    statements: [
      allow("rds-db:connect", database.userArn("quayside_service")),
      // Markers only: their keys end in a slash.
      allow("s3:PutObject", interpolate`${files.arn}/*/`),
      useKey(stack, keys.data.arn, "s3"),
      allow(
        [
          "cognito-idp:AdminGetUser",
          "cognito-idp:AdminSetUserPassword",
          "cognito-idp:AdminEnableUser",
          "cognito-idp:AdminDisableUser",
        ],
        passwords.pool.arn,
      ),
      allow(
        [
          "secretsmanager:CreateSecret",
          "secretsmanager:DescribeSecret",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:RestoreSecret",
          "secretsmanager:TagResource",
        ],
        stack.arn("secretsmanager", `secret:${loginSecrets}*`),
      ),
      useKey(stack, keys.data.arn, "secretsmanager"),
    ],
  });
}
