import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  type GetRandomPasswordCommandInput,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import type { AccessRequest } from "../aws-endpoint/service";
import { type SignedInEndpoint, startSignedIn } from "../aws-endpoint/signed-in";
import { ManualClock } from "../manual-clock";
import { replacingInputs } from "../program/replacing-inputs";
import { secretsManagerHandlers } from "./handlers";
import { SecretsManager } from "./secrets-manager";

const day = 86_400_000;
const token = "0f8fad5b-d9cb-469f-a165-70867728950e";

describe("SecretsManager", () => {
  let endpoint: SignedInEndpoint;
  let manager: SecretsManager;
  let client: SecretsManagerClient;
  let clock: ManualClock;
  let asked: AccessRequest[];

  before(async () => {
    endpoint = await startSignedIn({ authorize: (request) => asked.push(request) });
  });
  beforeEach(() => {
    asked = [];
    clock = new ManualClock();
    manager = new SecretsManager({ account: localAccount(), clock });
    endpoint.register(manager);
    client = new SecretsManagerClient(endpoint.client);
  });
  afterEach(() => client.destroy());
  after(() => endpoint.stop());

  const get = (SecretId: string, more: { VersionStage?: string; VersionId?: string } = {}) =>
    client.send(new GetSecretValueCommand({ SecretId, ...more }));
  const put = (SecretId: string, SecretString: string, more = {}) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("nothing was refused"),
      (error) => error,
    );

  it("finds a secret by name, ARN and ARN without its suffix", async () => {
    const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: "quayside/acme", SecretString: "s3cret" }));
    expect(ARN).to.match(/^arn:aws:secretsmanager:eu-central-1:000000000000:secret:quayside\/acme-[A-Za-z0-9]{6}$/);
    for (const id of ["quayside/acme", ARN, ARN.slice(0, -7)]) {
      const { SecretString, Name, VersionStages } = await get(id);
      expect({ SecretString, Name, VersionStages }).to.deep.equal({
        ...{ SecretString: "s3cret", Name: "quayside/acme", VersionStages: ["AWSCURRENT"] },
      });
    }
    const missing = await failure(get("quayside/acm"));
    expect(missing.name).to.equal("ResourceNotFoundException");
    expect(missing.message).to.equal("Secrets Manager can't find the specified secret.");
  });

  it("says so of a secret without a value", async () => {
    await client.send(new CreateSecretCommand({ Name: "empty" }));
    const error = await failure(get("empty"));
    expect(error.name).to.equal("ResourceNotFoundException");
    expect(error.message).to.equal(
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  });

  it("keeps the value before as AWSPREVIOUS, and carries bytes", async () => {
    await client.send(new CreateSecretCommand({ Name: "turning", SecretString: "one" }));
    const bytes = Uint8Array.of(0, 200, 255);
    await client.send(new UpdateSecretCommand({ SecretId: "turning", SecretBinary: bytes }));
    expect([...((await get("turning")).SecretBinary ?? [])]).to.deep.equal([0, 200, 255]);
    expect((await get("turning", { VersionStage: "AWSPREVIOUS" })).SecretString).to.equal("one");
    await put("turning", "three");
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: "turning" }));
    expect(Object.values(VersionIdsToStages ?? {})).to.deep.equal([["AWSPREVIOUS"], ["AWSCURRENT"]]);
  });

  it("keeps a pending version apart until its label moves", async () => {
    const { VersionId: first } = await client.send(new CreateSecretCommand({ Name: "staged", SecretString: "one" }));
    const { VersionId: pending } = await put("staged", "two", { VersionStages: ["AWSPENDING"] });
    expect((await get("staged")).SecretString).to.equal("one");
    expect((await get("staged", { VersionId: pending, VersionStage: "AWSPENDING" })).SecretString).to.equal("two");
    await client.send(
      new UpdateSecretVersionStageCommand({
        ...{ SecretId: "staged", VersionStage: "AWSCURRENT" },
        ...{ MoveToVersionId: pending, RemoveFromVersionId: first },
      }),
    );
    expect((await get("staged")).SecretString).to.equal("two");
    expect((await get("staged", { VersionStage: "AWSPREVIOUS" })).SecretString).to.equal("one");
    expect((await failure(get("staged", { VersionId: first, VersionStage: "AWSPENDING" }))).name).to.equal(
      "ResourceNotFoundException",
    );
  });

  it("takes a repeated call with the same token for one, and refuses another value under it", async () => {
    const create = new CreateSecretCommand({ Name: "once", SecretString: "a", ClientRequestToken: token });
    const { ARN } = await client.send(create);
    expect((await client.send(create)).ARN).to.equal(ARN);
    expect((await failure(client.send(new CreateSecretCommand({ Name: "once" })))).name).to.equal(
      "ResourceExistsException",
    );
    expect((await put("once", "a", { ClientRequestToken: token })).VersionId).to.equal(token);
    const other = await failure(put("once", "b", { ClientRequestToken: token }));
    expect(other.name).to.equal("ResourceExistsException");
    expect((await get("once")).SecretString).to.equal("a");
  });

  it("marks for deletion, restores, and deletes when the window is over", async () => {
    await client.send(new CreateSecretCommand({ Name: "leaving", SecretString: "a" }));
    const short = new DeleteSecretCommand({ SecretId: "leaving", RecoveryWindowInDays: 6 });
    expect((await failure(client.send(short))).name).to.equal("InvalidParameterException");
    const remove = new DeleteSecretCommand({ SecretId: "leaving", RecoveryWindowInDays: 7 });
    const { DeletionDate } = await client.send(remove);
    expect(DeletionDate?.getTime()).to.equal(clock.now().getTime() + 7 * day);
    const gone = await failure(get("leaving"));
    expect(gone.name).to.equal("InvalidRequestException");
    expect(gone.message).to.contain("it was marked for deletion");
    const again = await failure(client.send(new CreateSecretCommand({ Name: "leaving" })));
    expect(again.message).to.contain("already scheduled for deletion");
    await client.send(new RestoreSecretCommand({ SecretId: "leaving" }));
    expect((await get("leaving")).SecretString).to.equal("a");
    await client.send(remove);
    clock.advance(7 * day);
    expect((await failure(get("leaving"))).name).to.equal("ResourceNotFoundException");
    await client.send(new CreateSecretCommand({ Name: "leaving" }));
    await client.send(new DeleteSecretCommand({ SecretId: "leaving", ForceDeleteWithoutRecovery: true }));
    expect(manager.secrets()).to.deep.equal([]);
    // Without recovery, deleting what is not there is no error; with it, it is.
    await client.send(new DeleteSecretCommand({ SecretId: "leaving", ForceDeleteWithoutRecovery: true }));
    expect((await failure(client.send(remove))).name).to.equal("ResourceNotFoundException");
  });

  it("lists by name and tags, page by page", async () => {
    for (const Name of ["quayside/a", "quayside/b", "other/c"]) await client.send(new CreateSecretCommand({ Name }));
    await client.send(new TagResourceCommand({ SecretId: "quayside/b", Tags: [{ Key: "partner", Value: "b" }] }));
    const list = async (input: ListSecretsCommandInput) => {
      const { SecretList = [], NextToken } = await client.send(new ListSecretsCommand({ SortOrder: "asc", ...input }));
      return { names: SecretList.map(({ Name }) => Name), NextToken };
    };
    const named = { Filters: [{ Key: "name" as const, Values: ["quayside/"] }] };
    expect((await list(named)).names).to.deep.equal(["quayside/a", "quayside/b"]);
    expect((await list({ Filters: [{ Key: "name", Values: ["!quayside/"] }] })).names).to.deep.equal(["other/c"]);
    expect((await list({ Filters: [{ Key: "tag-key", Values: ["partner"] }] })).names).to.deep.equal(["quayside/b"]);
    const first = await list({ MaxResults: 2 });
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect([first.names, second]).to.deep.equal([
      ["quayside/a", "quayside/b"],
      { names: ["other/c"], NextToken: undefined },
    ]);
  });

  it("makes passwords of the characters that are asked for", async () => {
    const make = async (input: GetRandomPasswordCommandInput) =>
      (await client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? "";
    const [one, two] = [await make({}), await make({})];
    expect(one).to.have.length(32).and.not.equal(two);
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(one).to.match(type);
    const plain = await make({ PasswordLength: 200, ExcludePunctuation: true, ExcludeCharacters: "0O1lI" });
    expect(plain)
      .to.match(/^[a-zA-Z0-9]{200}$/)
      .and.not.match(/[0O1lI]/);
    const impossible = {
      ExcludeLowercase: true,
      ExcludeUppercase: true,
      ExcludeNumbers: true,
      ExcludePunctuation: true,
    };
    expect((await failure(make(impossible))).name).to.equal("InvalidParameterException");
  });

  it("asks for the secret and for its key in IAM's terms", async () => {
    const kmsKeyId = "arn:aws:kms:eu-central-1:000000000000:key/k";
    const { arn } = manager.create({ name: "guarded", value: { string: "a" }, kmsKeyId, tags: { partner: "acme" } });
    await get("guarded");
    expect(asked.map(({ action, resource }) => `${action} ${resource}`)).to.deep.equal([
      `secretsmanager:GetSecretValue ${arn}`,
      `kms:Decrypt ${kmsKeyId}`,
    ]);
    expect(asked[0]?.principal.roleArn).to.equal("arn:aws:iam::000000000000:role/tester");
    expect(asked[0]?.conditions).to.include({
      "aws:ResourceTag/partner": "acme",
      "secretsmanager:VersionStage": "AWSCURRENT",
    });
    expect(asked[1]?.conditions).to.include({
      "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
      "kms:EncryptionContext:SecretARN": arn,
    });
  });

  it("serves the program's secrets, versions and policies", async () => {
    const handlers = secretsManagerHandlers(manager);
    const secrets = handlers["aws:secretsmanager/secret:Secret"];
    const versions = handlers["aws:secretsmanager/secretVersion:SecretVersion"];
    const policies = handlers["aws:secretsmanager/secretPolicy:SecretPolicy"];
    const inputs = { kmsKeyId: "key", recoveryWindowInDays: 0, tags: { a: "b" } };
    const secret = await secrets?.create(inputs, "push");
    const arn = secret?.id ?? "";
    expect(secret?.outputs).to.include({ arn });
    expect(secret?.outputs.name).to.match(/^push-[0-9a-f]{7}$/);
    const version = await versions?.create({ secretId: arn, secretString: "one" }, "value");
    expect(version?.id).to.equal(`${arn}|${manager.value(arn).id}`);
    expect(version?.outputs.versionStages).to.deep.equal(["AWSCURRENT"]);
    await versions?.delete(version?.id ?? "", {});
    expect(manager.value(arn).string).to.equal("one");
    await policies?.create({ secretArn: arn, policy: '{"Statement":[]}' }, "policy");
    const updated = await secrets?.update?.(arn, { ...inputs, description: "d" }, inputs);
    expect(updated).to.have.nested.property("outputs.policy", '{"Statement":[]}');
    expect(manager.secret(arn).description).to.include({ description: "d", kmsKeyId: "key" });
    expect(secrets && replacingInputs(secrets, { ...inputs, name: "other" }, inputs)).to.deep.equal(["name"]);
    await secrets?.delete(arn, inputs);
    expect(manager.find(arn)).to.equal(undefined);
  });
});
