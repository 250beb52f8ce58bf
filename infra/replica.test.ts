import { expect } from "chai";
import { accountId, type RecordedProgram, recordProgram, region } from "./testing";

const json = (value: unknown) => JSON.parse(String(value));
const there = "eu-west-1";
const copies = `arn:aws:s3:::quayside-prod-${accountId}-${there}`;
const files = `arn:aws:s3:::quayside-prod-${accountId}-${region}`;

describe("the copy in another region", () => {
  let program: RecordedProgram;
  const key = (name: string) => program.one("Key", name).state.arn;
  before(async () => {
    program = await recordProgram({ stack: "prod", config: { replicaRegion: there, scan: "guardduty" } });
  });

  it("is there only where the stack names a region", async () => {
    const none = await recordProgram({ stack: "prod", config: { replicaRegion: "" } });
    expect(none.resources.filter(({ provider }) => provider === "replica")).to.deep.equal([]);
    expect([...none.all("BucketReplicationConfig"), ...none.all("pulumi:providers:aws")]).to.deep.equal([]);
    expect(none.outputs).to.not.have.property("replicaBucket");
  });

  it("is made by a second provider, with the tags of the stack's own", () => {
    const { inputs } = program.one("pulumi:providers:aws", "replica");
    expect(inputs.region).to.equal(there);
    expect(json(inputs.defaultTags)).to.deep.equal({ tags: { service: "quayside", stack: "prod" } });
    const made = program.resources.filter(({ provider }) => provider === "replica");
    expect(made.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)).to.have.members([
      "Key replica-key",
      "Alias replica-key",
      "Bucket replica",
      ...["Versioning", "OwnershipControls", "PublicAccessBlock", "Policy"].map((part) => `Bucket${part} replica`),
      ...["ServerSideEncryptionConfiguration", "LifecycleConfiguration"].map((part) => `Bucket${part} replica`),
    ]);
  });

  it("is as closed, versioned and encrypted as the original, with a key of its own", () => {
    const input = (type: string) => program.one(type, "replica").inputs;
    expect(input("s3/bucket:Bucket")).to.include({ bucket: `quayside-prod-${accountId}-${there}`, region: there });
    expect(input("BucketVersioning").versioningConfiguration).to.deep.equal({ status: "Enabled" });
    const closed = (name: string) => {
      const { bucket: _, ...settings } = program.one("BucketPublicAccessBlock", name).inputs;
      return settings;
    };
    expect(closed("replica")).to.deep.equal(closed("files"));
    expect(input("BucketServerSideEncryptionConfiguration").rules).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key("replica-key") },
        bucketKeyEnabled: true,
      },
    ]);
    expect(program.one("Key", "replica-key").inputs.enableKeyRotation).to.equal(true);
    const { Statement } = json(input("BucketPolicy").policy);
    expect(Statement.map(({ Sid }: { Sid: string }) => Sid)).to.deep.equal(["OnlyOverTls", "NobodyReadsThreats"]);
    for (const { Effect, Resource } of Statement) {
      expect(Effect).to.equal("Deny");
      expect(JSON.stringify(Resource)).to.include(copies).and.to.not.include(files);
    }
    // Expiry is not replicated.
    expect(input("BucketLifecycleConfiguration").rules).to.deep.equal(
      program.one("BucketLifecycleConfiguration", "files").inputs.rules,
    );
  });

  it("gets every encrypted version and every deletion, once both sides keep versions", () => {
    const { inputs, dependsOn, provider } = program.one("BucketReplicationConfig", "files");
    expect(inputs).to.deep.equal({
      bucket: `quayside-prod-${accountId}-${region}`,
      role: program.one("iam/role:Role", "bucket-replication").state.arn,
      rules: [
        {
          id: "everything",
          status: "Enabled",
          priority: 1,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Enabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: { bucket: copies, encryptionConfiguration: { replicaKmsKeyId: key("replica-key") } },
        },
      ],
    });
    expect(dependsOn).to.have.members([
      "aws:s3/bucketVersioning:BucketVersioning files",
      "aws:s3/bucketVersioning:BucketVersioning replica",
      "aws:iam/rolePolicy:RolePolicy bucket-replication",
    ]);
    expect(provider).to.not.equal("replica");
  });

  it("is written by a role of S3 that reads here, writes there and may do nothing else", () => {
    expect(json(program.one("iam/role:Role", "bucket-replication").inputs.assumeRolePolicy).Statement).to.deep.equal([
      { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const { Statement } = json(program.one("RolePolicy", "bucket-replication").inputs.policy);
    const rights = Statement.flatMap(({ Action, Resource, Condition }: Record<string, string | object>) =>
      [Action].flat().map((action) => {
        const via = (Condition as Record<string, Record<string, string>> | undefined)?.StringEquals?.["kms:ViaService"];
        return `${action} on ${Resource}${via ? ` via ${via}` : ""}`;
      }),
    );
    expect(rights).to.have.members([
      `s3:GetReplicationConfiguration on ${files}`,
      `s3:ListBucket on ${files}`,
      ...["ForReplication", "Acl", "Tagging"].map((what) => `s3:GetObjectVersion${what} on ${files}/*`),
      `kms:Decrypt on ${key("data-key")} via s3.${region}.amazonaws.com`,
      ...["Object", "Delete", "Tags"].map((what) => `s3:Replicate${what} on ${copies}/*`),
      ...["Encrypt", "GenerateDataKey"].map(
        (action) => `kms:${action} on ${key("replica-key")} via s3.${there}.amazonaws.com`,
      ),
    ]);
  });

  it("may not be in the stack's own region", async () => {
    const failure = await recordProgram({ config: { replicaRegion: region } }).catch((error: Error) => error);
    expect(failure).to.be.an("error").with.property("message").that.includes(`quayside:replicaRegion is ${region}`);
  });
});
