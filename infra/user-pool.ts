import * as aws from "@pulumi/aws";
import type { Stack } from "./stack";

export interface Passwords {
  pool: aws.cognito.UserPool;
  client: aws.cognito.UserPoolClient;
}

/** Where partners' passwords are. Nobody signs up, resets or recovers one: the reconcile function issues them. */
export function userPool(stack: Stack): Passwords {
  const pool = new aws.cognito.UserPool(
    "logins",
    {
      name: `${stack.prefix}-logins`,
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      accountRecoverySetting: { recoveryMechanisms: [{ name: "admin_only", priority: 1 }] },
      // SFTP knows no second factor, so the password has to be long; it is never typed by a person.
      mfaConfiguration: "OFF",
      passwordPolicy: {
        minimumLength: 24,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 1,
      },
      // As in the ledger and in paths.
      usernameConfiguration: { caseSensitive: true },
      deletionProtection: stack.config.protect ? "ACTIVE" : "INACTIVE",
    },
    stack.stateful,
  );
  const client = new aws.cognito.UserPoolClient("authorize", {
    name: `${stack.prefix}-authorize`,
    userPoolId: pool.id,
    generateSecret: false,
    // Only with AWS credentials; nobody on the internet can try passwords against this client.
    explicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    supportedIdentityProviders: ["COGNITO"],
    preventUserExistenceErrors: "ENABLED",
    // The tokens are thrown away, so they live as short as Cognito allows.
    accessTokenValidity: 5,
    idTokenValidity: 5,
    refreshTokenValidity: 60,
    tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "minutes" },
  });
  return { pool, client };
}
