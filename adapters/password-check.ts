import {
  AdminInitiateAuthCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";

/**
 * Whether a password is right. `challenged`: it may be, but Cognito wants something more (a new password, a code) that
 * an SFTP client cannot answer. Rejects where Cognito cannot tell: throttling, an outage, a missing permission.
 */
export type CheckPassword = (username: string, password: string) => Promise<"right" | "wrong" | "challenged">;

/** What Cognito says of a user or password that it does not let in. */
const refusals = new Set([
  "NotAuthorizedException",
  "UserNotFoundException",
  "UserNotConfirmedException",
  "PasswordResetRequiredException",
  "InvalidParameterException",
]);

export function checkPassword(
  cognito: Pick<CognitoIdentityProviderClient, "send">,
  { userPoolId, clientId }: { userPoolId: string; clientId: string },
): CheckPassword {
  return async (username, password) => {
    try {
      const { AuthenticationResult, ChallengeName } = await cognito.send(
        new AdminInitiateAuthCommand({
          UserPoolId: userPoolId,
          ClientId: clientId,
          AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: username, PASSWORD: password },
        }),
      );
      return ChallengeName === undefined && AuthenticationResult?.AccessToken !== undefined ? "right" : "challenged";
    } catch (error) {
      if (error instanceof Error && refusals.has(error.name)) return "wrong";
      throw error;
    }
  };
}
