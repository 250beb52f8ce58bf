import { createHmac } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  ListGroupsCommand,
  ListUsersCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import type { AccessRequest } from "../aws-endpoint/service";
import { type SignedInEndpoint, startSignedIn } from "../aws-endpoint/signed-in";
import { cognitoHandlers } from "./cognito-handlers";
import { type CognitoServer, startCognitoServer } from "./cognito-server";
import { CognitoService } from "./cognito-service";

const password = "correct-Horse-battery-7";

describe("the local Cognito", () => {
  let server: CognitoServer;
  let endpoint: SignedInEndpoint;
  let client: CognitoIdentityProviderClient;
  let cognito: CognitoService;
  let pool: { UserPoolId: string };
  let clientId: string;
  const accesses: AccessRequest[] = [];

  before(async () => {
    server = await startCognitoServer();
    endpoint = await startSignedIn({ authorize: (access) => void accesses.push(access) });
    cognito = new CognitoService(localAccount(), server);
    endpoint.register(cognito);
    client = new CognitoIdentityProviderClient(endpoint.client);
  });
  after(async () => {
    client.destroy();
    await endpoint.stop();
    await server.stop();
  });
  beforeEach(async () => {
    accesses.length = 0;
    pool = { UserPoolId: await createPool() };
    clientId = await createClient();
  });

  const handler = (type: string) => {
    const found = cognitoHandlers(cognito)[`aws:cognito/${type}`];
    if (!found) throw new Error(`no handler for ${type}`);
    return found;
  };
  const poolInputs = { usernameConfiguration: { caseSensitive: true }, passwordPolicy: { minimumLength: 12 } };
  const createPool = async () => (await handler("userPool:UserPool").create({ name: "logins", ...poolInputs }, "p")).id;
  const clientInputs = () => ({
    userPoolId: pool.UserPoolId,
    explicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    preventUserExistenceErrors: "ENABLED",
    ...{ accessTokenValidity: 5, tokenValidityUnits: { accessToken: "minutes" } },
  });
  const createClient = async (inputs: Record<string, unknown> = {}) =>
    (await handler("userPoolClient:UserPoolClient").create({ ...clientInputs(), ...inputs }, "c")).id;
  const userInputs = (username: string) => ({ userPoolId: pool.UserPoolId, username, messageAction: "SUPPRESS" });
  const createUser = (username: string) => handler("user:User").create(userInputs(username), username);
  const setPassword = (Username: string, Password = password) =>
    client.send(new AdminSetUserPasswordCommand({ ...pool, Username, Password, Permanent: true }));
  const logIn = (USERNAME: string, PASSWORD = password, ClientId = clientId, more: Record<string, string> = {}) =>
    client.send(
      new AdminInitiateAuthCommand({
        ...{ ...pool, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH" },
        AuthParameters: { USERNAME, PASSWORD, ...more },
      }),
    );
  const fault = (call: Promise<unknown>) => call.then(() => "", String);

  it("gives a pool and a client ids and ARNs like Cognito's", async () => {
    expect(pool.UserPoolId).to.match(/^eu-central-1_\w{8}$/);
    const arn = `arn:aws:cognito-idp:eu-central-1:000000000000:userpool/${pool.UserPoolId}`;
    const update = await handler("userPool:UserPool").update?.(pool.UserPoolId, poolInputs, poolInputs);
    expect(update).to.have.nested.property("outputs.arn", arn);
    await createUser("acme");
    await fault(logIn("acme"));
    expect(accesses.at(-1)).to.deep.include({ action: "cognito-idp:AdminInitiateAuth", resource: arn });
  });

  it("lets a user in with the password that was set for good", async () => {
    const { id, outputs } = await createUser("acme-health");
    expect(id).to.equal(`${pool.UserPoolId}/acme-health`);
    expect(outputs).to.deep.include({ status: "FORCE_CHANGE_PASSWORD", enabled: true });
    await setPassword("acme-health");
    const { AuthenticationResult, ChallengeName } = await logIn("acme-health");
    expect(ChallengeName).to.equal(undefined);
    expect(AuthenticationResult?.AccessToken).to.be.a("string");
    const { UserStatus, Enabled, Username } = await client.send(
      new AdminGetUserCommand({ ...pool, Username: "acme-health" }),
    );
    expect({ UserStatus, Enabled, Username }).to.deep.equal({
      ...{ UserStatus: "CONFIRMED", Enabled: true, Username: "acme-health" },
    });
  });

  it("answers a temporary password with a challenge", async () => {
    await createUser("acme");
    await client.send(new AdminSetUserPasswordCommand({ ...pool, Username: "acme", Password: password }));
    const { ChallengeName, AuthenticationResult } = await logIn("acme");
    expect(ChallengeName).to.equal("NEW_PASSWORD_REQUIRED");
    expect(AuthenticationResult).to.equal(undefined);
  });

  it("answers a wrong password and an unknown user alike, unless the client wants to know", async () => {
    await createUser("acme");
    await setPassword("acme");
    const wrong = "NotAuthorizedException: Incorrect username or password.";
    expect(await fault(logIn("acme", "wrong"))).to.equal(wrong);
    expect(await fault(logIn("nobody"))).to.equal(wrong);
    expect(await fault(logIn("ACME"))).to.equal(wrong);
    const legacy = await createClient({ preventUserExistenceErrors: "LEGACY" });
    expect(await fault(logIn("acme", "wrong", legacy))).to.equal(wrong);
    expect(await fault(logIn("nobody", password, legacy))).to.equal("UserNotFoundException: User does not exist.");
  });

  it("refuses a disabled user until it is enabled again", async () => {
    await createUser("acme");
    await setPassword("acme");
    await client.send(new AdminDisableUserCommand({ ...pool, Username: "acme" }));
    await client.send(new AdminUserGlobalSignOutCommand({ ...pool, Username: "acme" }));
    expect(await fault(logIn("acme"))).to.equal("NotAuthorizedException: User is disabled.");
    await client.send(new AdminEnableUserCommand({ ...pool, Username: "acme" }));
    expect((await logIn("acme")).AuthenticationResult?.IdToken).to.be.a("string");
  });

  it("asks for passwords that keep to the pool's policy", async () => {
    await createUser("acme");
    expect(await fault(setPassword("acme", "short-Horse1"))).to.equal("");
    const refused = ["short-Hors1", "all-lowercase-1", "ALL-UPPERCASE-1", "No-Numbers-Here", "NoSymbolsHere1"];
    for (const each of refused) expect(await fault(setPassword("acme", each))).to.contain("InvalidPasswordException");
  });

  it("wants the secret hash of a client with a secret, and the flow that was allowed", async () => {
    await createUser("acme");
    await setPassword("acme");
    const { id, outputs } = await handler("userPoolClient:UserPoolClient").create(
      { ...clientInputs(), generateSecret: true },
      "secret",
    );
    expect(await fault(logIn("acme", password, id))).to.contain("secret hash");
    const SECRET_HASH = createHmac("sha256", String(outputs.clientSecret)).update(`acme${id}`).digest("base64");
    expect((await logIn("acme", password, id, { SECRET_HASH })).AuthenticationResult?.IdToken).to.be.a("string");
    const other = await createClient({ explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] });
    expect(await fault(logIn("acme", password, other))).to.contain("Auth flow not enabled for this client");
    expect(await fault(logIn("acme", password, "absent"))).to.contain("ResourceNotFoundException");
  });

  it("answers for unknown users by name in every other operation", async () => {
    const unknown = { ...pool, Username: "nobody" };
    for (const command of [
      new AdminGetUserCommand(unknown),
      new AdminDisableUserCommand(unknown),
      new AdminEnableUserCommand(unknown),
      new AdminUserGlobalSignOutCommand(unknown),
      new AdminSetUserPasswordCommand({ ...unknown, Password: password }),
    ]) {
      expect(await fault(client.send(command as AdminGetUserCommand))).to.contain("UserNotFoundException");
    }
  });

  it("creates, changes and deletes users as resources and through the API", async () => {
    const { id } = await createUser("resource");
    const inputs = userInputs("resource");
    const changed = { ...inputs, attributes: { email: "ops@acme.example" }, enabled: false };
    const update = await handler("user:User").update?.(id, changed, inputs);
    expect(update).to.have.nested.property("outputs.enabled", false);
    expect(await fault(createUser("resource"))).to.contain("User already exists");
    await client.send(new AdminCreateUserCommand({ ...pool, Username: "direct", MessageAction: "SUPPRESS" }));
    const names = async () =>
      (await client.send(new ListUsersCommand(pool))).Users?.map(({ Username }) => Username).sort();
    expect(await names()).to.deep.equal(["direct", "resource"]);
    await handler("user:User").delete(id, inputs);
    expect(await names()).to.deep.equal(["direct"]);
  });

  it("refuses by name what it does not implement", async () => {
    expect(await fault(client.send(new ListGroupsCommand(pool)))).to.contain("ListGroups");
    const create = (inputs: object) => fault(handler("userPool:UserPool").create({ ...poolInputs, ...inputs }, "p"));
    expect(await create({ aliasAttributes: ["email"] })).to.contain("aliasAttributes");
    expect(await create({ mfaConfiguration: "ON" })).to.contain("mfaConfiguration");
    expect(await create({ usernameConfiguration: { caseSensitive: false } })).to.contain("caseSensitive");
  });
});
