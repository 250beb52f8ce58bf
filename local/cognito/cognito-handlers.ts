import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { CognitoService } from "./cognito-service";

const notImplemented = z.undefined("is not implemented by the local Cognito").optional();

export function cognitoHandlers(cognito: CognitoService): ResourceHandlers {
  return {
    "aws:cognito/userPool:UserPool": userPoolHandler(cognito),
    "aws:cognito/userPoolClient:UserPoolClient": userPoolClientHandler(cognito),
    "aws:cognito/user:User": userHandler(cognito),
  };
}

const passwordPolicy = z.looseObject({
  minimumLength: z.number().min(6).max(99).default(8),
  requireLowercase: z.boolean().default(true),
  requireUppercase: z.boolean().default(true),
  requireNumbers: z.boolean().default(true),
  requireSymbols: z.boolean().default(true),
});

const userPool = z.looseObject({
  name: z.string().optional(),
  passwordPolicy: passwordPolicy.prefault({}),
  usernameConfiguration: z.looseObject({
    caseSensitive: z.literal(true, "must be true: the local Cognito tells upper from lower case"),
  }),
  mfaConfiguration: z.literal("OFF", "only OFF has a local stand-in").default("OFF"),
  usernameAttributes: notImplemented,
  aliasAttributes: notImplemented,
  lambdaConfig: notImplemented,
});

function userPoolHandler(cognito: CognitoService): ResourceHandler {
  const outputs = (id: string) => ({
    arn: cognito.poolArn(id),
    endpoint: `cognito-idp.${cognito.account.region}.amazonaws.com/${id}`,
  });
  return {
    async create(inputs, resourceName) {
      const read = readInputs(userPool, inputs, resourceName);
      const name = read.name ?? physicalName(resourceName);
      const id = await cognito.createPool(name, read.passwordPolicy);
      return { id, outputs: { ...outputs(id), name, creationDate: new Date().toISOString() } };
    },
    async update(id, inputs) {
      cognito.setPasswordPolicy(id, readInputs(userPool, inputs, id).passwordPolicy);
      return { outputs: outputs(id) };
    },
    async delete(id) {
      await cognito.call("DeleteUserPool", { UserPoolId: id });
    },
  };
}

const userPoolClient = z.looseObject({
  name: z.string().optional(),
  userPoolId: z.string(),
  generateSecret: z.boolean().default(false),
  explicitAuthFlows: z.array(z.string()).default([]),
  preventUserExistenceErrors: z.enum(["ENABLED", "LEGACY"]).default("LEGACY"),
  accessTokenValidity: z.number().optional(),
  idTokenValidity: z.number().optional(),
  refreshTokenValidity: z.number().optional(),
  tokenValidityUnits: z
    .looseObject({
      accessToken: z.string().optional(),
      idToken: z.string().optional(),
      refreshToken: z.string().optional(),
    })
    .optional(),
});

function userPoolClientHandler(cognito: CognitoService): ResourceHandler {
  const put = (id: string, read: z.output<typeof userPoolClient>, secret: string | undefined) =>
    cognito.putClient(id, {
      userPoolId: read.userPoolId,
      explicitAuthFlows: read.explicitAuthFlows,
      hidesUnknownUsers: read.preventUserExistenceErrors === "ENABLED",
      secret,
    });
  const secrets = new Map<string, string | undefined>();
  return {
    async create(inputs, resourceName) {
      const read = readInputs(userPoolClient, inputs, resourceName);
      const name = read.name ?? physicalName(resourceName);
      const { UserPoolClient } = await cognito.call("CreateUserPoolClient", {
        UserPoolId: read.userPoolId,
        ClientName: name,
        GenerateSecret: read.generateSecret,
        ...tokenValidity(read),
      });
      const { ClientId, ClientSecret } = UserPoolClient as { ClientId: string; ClientSecret?: string };
      secrets.set(ClientId, ClientSecret);
      put(ClientId, read, ClientSecret);
      return { id: ClientId, outputs: { name, clientSecret: ClientSecret ?? "" } };
    },
    replaceOn: ["userPoolId", "generateSecret"],
    async update(id, inputs) {
      const read = readInputs(userPoolClient, inputs, id);
      const identity = { UserPoolId: read.userPoolId, ClientId: id };
      await cognito.call("UpdateUserPoolClient", { ...identity, ...tokenValidity(read) });
      put(id, read, secrets.get(id));
      return { outputs: { clientSecret: secrets.get(id) ?? "" } };
    },
    async delete(id, inputs) {
      cognito.removeClient(id);
      secrets.delete(id);
      await cognito.call("DeleteUserPoolClient", { UserPoolId: String(inputs.userPoolId), ClientId: id });
    },
  };
}

function tokenValidity(read: z.output<typeof userPoolClient>) {
  const { accessToken, idToken, refreshToken } = read.tokenValidityUnits ?? {};
  return {
    AccessTokenValidity: read.accessTokenValidity,
    IdTokenValidity: read.idTokenValidity,
    RefreshTokenValidity: read.refreshTokenValidity,
    TokenValidityUnits: { AccessToken: accessToken, IdToken: idToken, RefreshToken: refreshToken },
  };
}

const user = z.looseObject({
  userPoolId: z.string(),
  username: z.string().min(1).max(128),
  attributes: z.record(z.string(), z.string()).default({}),
  messageAction: z.literal("SUPPRESS", "must be SUPPRESS: nothing here sends messages"),
  temporaryPassword: z.string().optional(),
  password: z.string().optional(),
  enabled: z.boolean().default(true),
});

function userHandler(cognito: CognitoService): ResourceHandler {
  const outputs = async (identity: object) => {
    const found = await cognito.call("AdminGetUser", identity);
    const list = (found.UserAttributes ?? []) as { Name: string; Value: string }[];
    return {
      sub: list.find(({ Name }) => Name === "sub")?.Value,
      status: found.UserStatus,
      enabled: found.Enabled,
      creationDate: new Date(Number(found.UserCreateDate) * 1000).toISOString(),
      mfaSettingLists: [],
    };
  };
  return {
    async create(inputs, resourceName) {
      const read = readInputs(user, inputs, resourceName);
      const identity = { UserPoolId: read.userPoolId, Username: read.username };
      await cognito.call("AdminCreateUser", {
        ...identity,
        MessageAction: "SUPPRESS",
        // Nobody gets to know it, so the user cannot log in until a password is set.
        TemporaryPassword: read.temporaryPassword ?? randomBytes(30).toString("base64"),
        UserAttributes: attributeList(read.attributes),
      });
      if (read.password !== undefined) {
        await cognito.call("AdminSetUserPassword", { ...identity, Password: read.password, Permanent: true });
      }
      if (!read.enabled) await cognito.call("AdminDisableUser", identity);
      return { id: `${read.userPoolId}/${read.username}`, outputs: await outputs(identity) };
    },
    replaceOn: ["userPoolId", "username"],
    async update(id, inputs, previous) {
      const read = readInputs(user, inputs, id);
      const identity = { UserPoolId: read.userPoolId, Username: read.username };
      await cognito.call("AdminUpdateUserAttributes", { ...identity, UserAttributes: attributeList(read.attributes) });
      await changePassword(cognito, identity, read, previous);
      if (inputs.enabled !== previous.enabled) {
        await cognito.call(read.enabled ? "AdminEnableUser" : "AdminDisableUser", identity);
      }
      return { outputs: await outputs(identity) };
    },
    async delete(_id, inputs) {
      await cognito.call("AdminDeleteUser", { UserPoolId: inputs.userPoolId, Username: inputs.username });
    },
  };
}

async function changePassword(
  cognito: CognitoService,
  identity: object,
  read: z.output<typeof user>,
  previous: Properties,
): Promise<void> {
  const { password, temporaryPassword } = read;
  if (password !== undefined && password !== previous.password) {
    await cognito.call("AdminSetUserPassword", { ...identity, Password: password, Permanent: true });
  } else if (temporaryPassword !== undefined && temporaryPassword !== previous.temporaryPassword) {
    await cognito.call("AdminSetUserPassword", { ...identity, Password: temporaryPassword, Permanent: false });
  }
}

function attributeList(attributes: Record<string, string>): { Name: string; Value: string }[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
}
