import type * as aws from "@pulumi/aws";
import type { Database } from "./database";
import { allow } from "./policy-document";
import { type Platform, QuaysideFunction } from "./quayside-function";
import type { Stack } from "./stack";
import type { Passwords } from "./user-pool";

/** Answers each login: who is it, and what may this session see? */
export function authorize(
  stack: Stack,
  platform: Platform,
  deps: { database: Database; passwords: Passwords; files: aws.s3.Bucket; sessionRole: aws.iam.Role },
): QuaysideFunction {
  const { database, passwords, files, sessionRole } = deps;
  return new QuaysideFunction(stack, platform, "authorize", {
    description: "Answers each login to the partner endpoint",
    // Transfer Family gives up on slower identity providers.
    timeout: 15,
    // A login waits for a cold start; more memory is more CPU for it.
    memorySize: 1024,
    environment: {
      ...database.environment,
      DATABASE_USER: "quayside_authorize",
      USER_POOL_ID: passwords.pool.id,
      USER_POOL_CLIENT_ID: passwords.client.id,
      TRANSFER_ROLE_ARN: sessionRole.arn,
      BUCKET: files.bucket,
      KEY_ARN: platform.keys.data.arn,
      IGNORED_NAMES: stack.config.ignoredNames.join(","),
    },
    statements: [
      allow("cognito-idp:AdminInitiateAuth", passwords.pool.arn),
      allow("rds-db:connect", database.userArn("quayside_authorize")),
    ],
  });
}
