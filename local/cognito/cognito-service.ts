import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { answerJson, type JsonOperation, jsonOperation } from "../aws-endpoint/json-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import type { CognitoServer } from "./cognito-server";
import { checkPassword, type PasswordPolicy } from "./password-policy";

/** What decides how an app client's logins are answered. */
export interface AppClient {
  userPoolId: string;
  explicitAuthFlows: string[];
  /** Whether an unknown user looks like a wrong password. */
  hidesUnknownUsers: boolean;
  secret?: string | undefined;
}

const user = { UserPoolId: z.string(), Username: z.string() };
const attributes = z.array(z.strictObject({ Name: z.string(), Value: z.string().optional() })).optional();

const login = z.strictObject({
  UserPoolId: z.string(),
  ClientId: z.string(),
  AuthFlow: z.literal("ADMIN_USER_PASSWORD_AUTH", "only ADMIN_USER_PASSWORD_AUTH has a local stand-in"),
  AuthParameters: z.strictObject({ USERNAME: z.string(), PASSWORD: z.string(), SECRET_HASH: z.string().optional() }),
});

/**
 * Cognito's API over cognito-local, put right where that answers otherwise than Cognito: logins of disabled users and
 * of users with a temporary password, wrong passwords, password policies, ids and ARNs.
 */
export class CognitoService implements AwsService {
  readonly scope = "cognito-idp";
  readonly #policies = new Map<string, PasswordPolicy>();
  readonly #clients = new Map<string, AppClient>();
  readonly #operations = this.#allOperations();

  constructor(
    readonly account: AwsAccount,
    private readonly server: Pick<CognitoServer, "call">,
  ) {}

  handle(call: AwsCall): Promise<void> {
    return answerJson(call, this.#operations);
  }

  poolArn(userPoolId: string): string {
    return `arn:aws:cognito-idp:${this.account.region}:${this.account.accountId}:userpool/${userPoolId}`;
  }

  /** Calls cognito-local, whose pools are all in the region `local`. */
  async call(operation: string, input: object): Promise<Record<string, unknown>> {
    const poolId = "UserPoolId" in input ? { UserPoolId: this.#local(String(input.UserPoolId)) } : {};
    return this.server.call(operation, { ...input, ...poolId });
  }

  /** Returns the new pool's id. */
  async createPool(name: string, policy: PasswordPolicy): Promise<string> {
    const { UserPool } = await this.call("CreateUserPool", { PoolName: name });
    const id = String((UserPool as { Id: string }).Id).replace(/^local_/, `${this.account.region}_`);
    this.#policies.set(id, policy);
    return id;
  }

  setPasswordPolicy(userPoolId: string, policy: PasswordPolicy): void {
    this.#policies.set(userPoolId, policy);
  }

  /** Creates or changes an app client's record here; cognito-local has its own. */
  putClient(clientId: string, client: AppClient): void {
    this.#clients.set(clientId, client);
  }

  removeClient(clientId: string): void {
    this.#clients.delete(clientId);
  }

  #local(userPoolId: string): string {
    return userPoolId.replace(`${this.account.region}_`, "local_");
  }

  #allOperations(): Record<string, JsonOperation> {
    /** An operation on one user, which cognito-local answers as Cognito does. */
    const passed = (
      name: string,
      more: z.ZodRawShape = {},
      check: (input: Record<string, unknown>) => void = () => {},
    ) =>
      jsonOperation(z.strictObject({ UserPoolId: z.string(), ...more }), async (input, call) => {
        call.authorize({ action: `cognito-idp:${name}`, resource: this.poolArn(String(input.UserPoolId)) });
        check(input);
        return this.call(name, input);
      });
    const checkTemporary = ({ UserPoolId, TemporaryPassword }: Record<string, unknown>) => {
      if (TemporaryPassword !== undefined) this.#checkPassword(String(UserPoolId), String(TemporaryPassword));
    };
    return {
      AdminInitiateAuth: jsonOperation(login, async (input, call) => {
        call.authorize({ action: "cognito-idp:AdminInitiateAuth", resource: this.poolArn(input.UserPoolId) });
        return this.#logIn(input);
      }),
      AdminCreateUser: passed(
        "AdminCreateUser",
        {
          ...user,
          UserAttributes: attributes,
          TemporaryPassword: z.string().optional(),
          MessageAction: z.literal("SUPPRESS", "must be SUPPRESS: nothing here sends messages"),
        },
        checkTemporary,
      ),
      AdminSetUserPassword: passed(
        "AdminSetUserPassword",
        { ...user, Password: z.string(), Permanent: z.boolean().default(false) },
        ({ UserPoolId, Password }) => this.#checkPassword(String(UserPoolId), String(Password)),
      ),
      AdminGetUser: passed("AdminGetUser", user),
      AdminDeleteUser: passed("AdminDeleteUser", user),
      AdminDisableUser: passed("AdminDisableUser", user),
      AdminEnableUser: passed("AdminEnableUser", user),
      AdminUpdateUserAttributes: passed("AdminUpdateUserAttributes", { ...user, UserAttributes: attributes }),
      ListUsers: passed("ListUsers", { Filter: z.string().optional(), Limit: z.number().optional() }),
      // Nothing here accepts a token, so there is none to revoke; an unknown user is an error all the same.
      AdminUserGlobalSignOut: jsonOperation(z.strictObject(user), async (input, call) => {
        call.authorize({ action: "cognito-idp:AdminUserGlobalSignOut", resource: this.poolArn(input.UserPoolId) });
        await this.call("AdminGetUser", input);
        return {};
      }),
    };
  }

  #checkPassword(userPoolId: string, password: string): void {
    const policy = this.#policies.get(userPoolId);
    if (policy) checkPassword(password, policy);
  }

  async #logIn(input: z.output<typeof login>): Promise<object> {
    const { UserPoolId, ClientId, AuthParameters } = input;
    const client = this.#clients.get(ClientId);
    if (client?.userPoolId !== UserPoolId) {
      throw new AwsError("ResourceNotFoundException", `User pool client ${ClientId} does not exist.`);
    }
    if (!client.explicitAuthFlows.includes("ALLOW_ADMIN_USER_PASSWORD_AUTH")) {
      throw new AwsError("InvalidParameterException", "Auth flow not enabled for this client");
    }
    const { USERNAME: Username, SECRET_HASH } = AuthParameters;
    if (client.secret !== undefined) checkSecretHash(client.secret, `${Username}${ClientId}`, SECRET_HASH);
    const found = await this.#findUser(client, UserPoolId, Username);
    if (found.Enabled === false) throw new AwsError("NotAuthorizedException", "User is disabled.");
    const answer = await this.call("AdminInitiateAuth", input).catch((error: unknown) => {
      throw error instanceof AwsError && error.code === "InvalidPasswordException" ? wrongPassword() : error;
    });
    if (found.UserStatus === "FORCE_CHANGE_PASSWORD") {
      const parameters = { USER_ID_FOR_SRP: Username, requiredAttributes: "[]", userAttributes: "{}" };
      return { ChallengeName: "NEW_PASSWORD_REQUIRED", ChallengeParameters: parameters, Session: "local" };
    }
    const tokens = answer.AuthenticationResult as object;
    return { ChallengeParameters: {}, AuthenticationResult: { ...tokens, TokenType: "Bearer" } };
  }

  async #findUser(client: AppClient, UserPoolId: string, Username: string): Promise<Record<string, unknown>> {
    try {
      return await this.call("AdminGetUser", { UserPoolId, Username });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === "UserNotFoundException")) throw error;
      throw client.hidesUnknownUsers ? wrongPassword() : new AwsError(error.code, "User does not exist.");
    }
  }
}

function wrongPassword(): AwsError {
  return new AwsError("NotAuthorizedException", "Incorrect username or password.");
}

function checkSecretHash(secret: string, text: string, received: string | undefined): void {
  const expected = createHmac("sha256", secret).update(text).digest();
  const actual = Buffer.from(received ?? "", "base64");
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return;
  throw new AwsError("NotAuthorizedException", "Unable to verify secret hash for client");
}
