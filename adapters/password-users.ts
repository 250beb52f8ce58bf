import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  UserNotFoundException,
} from "@aws-sdk/client-cognito-identity-provider";

/** The users of the password logins in Cognito. The program creates and deletes them; here they get in or not. */
export interface PasswordUsers {
  /** Whether the user has a password that was set for good. Throws where there is no such user. */
  hasPassword(username: string): Promise<boolean>;
  /** Sets the password for good. */
  setPassword(username: string, password: string): Promise<void>;
  enable(username: string): Promise<void>;
  /** Lets the user in no more; nothing happens where there is none. */
  disable(username: string): Promise<void>;
}

export function passwordUsers(cognito: Pick<CognitoIdentityProviderClient, "send">, userPoolId: string): PasswordUsers {
  const user = (username: string) => ({ UserPoolId: userPoolId, Username: username });
  return {
    async hasPassword(username) {
      try {
        const { UserStatus } = await cognito.send(new AdminGetUserCommand(user(username)));
        return UserStatus === "CONFIRMED";
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new Error(`user pool ${userPoolId} has no user ${username}; the program must create it before`, {
          cause: error,
        });
      }
    },
    async setPassword(username, password) {
      await cognito.send(new AdminSetUserPasswordCommand({ ...user(username), Password: password, Permanent: true }));
    },
    async enable(username) {
      await cognito.send(new AdminEnableUserCommand(user(username)));
    },
    async disable(username) {
      try {
        await cognito.send(new AdminDisableUserCommand(user(username)));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof UserNotFoundException;
}
