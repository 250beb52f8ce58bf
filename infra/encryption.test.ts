import { expect } from "chai";
import { subscriber } from "./partner-fixtures";
import { type RecordedProgram, recordProgram } from "./testing";

describe("encryption", () => {
  let program: RecordedProgram;
  const arnOf = (key: "data" | "messages" | "logs") => program.one("Key", `${key}-key`).state.arn;
  const services = (key: string): string[] =>
    JSON.parse(String(program.one("Key", key).inputs.policy)).Statement.flatMap(
      ({ Principal }: { Principal: { Service?: string | string[] } }) => Principal.Service ?? [],
    );
  before(async () => {
    program = await recordProgram({ stack: "prod", partners: subscriber("acme") });
  });

  it("rotates every key", () => {
    expect(program.all("Key")).to.have.lengthOf(4);
    for (const { name, inputs } of program.all("Key")) expect(inputs.enableKeyRotation, name).to.equal(true);
  });

  it("opens each key to the services that need it", () => {
    for (const key of ["data-key", "replica-key"]) expect(services(key), key).to.deep.equal([]);
    expect(services("messages-key")).to.have.members([
      "s3.amazonaws.com",
      "sns.amazonaws.com",
      "events.amazonaws.com",
      "cloudwatch.amazonaws.com",
    ]);
    expect(services("logs-key")).to.deep.equal(["logs.eu-central-1.amazonaws.com"]);
  });

  it("encrypts topics and queues", () => {
    for (const { name, inputs } of [...program.all("Topic"), ...program.all("Queue")]) {
      expect(inputs.kmsMasterKeyId, name).to.equal(arnOf("messages"));
    }
  });

  it("encrypts every log group, whose name its key's policy covers", () => {
    for (const { name, inputs } of program.all("LogGroup")) {
      expect(inputs.kmsKeyId, name).to.equal(arnOf("logs"));
      expect(inputs.name, name).to.include("quayside-prod");
    }
    expect(String(program.one("Key", "logs-key").inputs.policy)).to.include("log-group:*quayside-prod*");
  });

  it("encrypts objects, with a bucket key, and refuses another key", () => {
    expect(program.one("BucketServerSideEncryptionConfiguration", "files").inputs.rules).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arnOf("data") },
        bucketKeyEnabled: true,
      },
    ]);
    expect(String(program.one("BucketPolicy", "files").inputs.policy)).to.include(
      `"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"${arnOf("data")}"}`,
    );
  });

  it("encrypts the file system", () => {
    for (const { inputs } of program.all("FileSystem")) {
      expect(inputs).to.include({ encrypted: true, kmsKeyId: arnOf("data") });
    }
    expect(program.all("FileSystem")).to.have.lengthOf(1);
  });

  it("encrypts the database, its master secret, partners' secrets and images", () => {
    expect(program.one("rds/cluster:Cluster", "ledger").inputs).to.include({
      storageEncrypted: true,
      kmsKeyId: arnOf("data"),
      masterUserSecretKmsKeyId: arnOf("data"),
      manageMasterUserPassword: true,
    });
    for (const { name, inputs } of program.all("Secret")) expect(inputs.kmsKeyId, name).to.equal(arnOf("data"));
    expect(program.one("Repository", "jobs").inputs.encryptionConfigurations).to.deep.equal([
      { encryptionType: "KMS", kmsKey: arnOf("data") },
    ]);
  });
});
