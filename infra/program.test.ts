import { expect } from "chai";
import { application, subscriber } from "./partner-fixtures";
import { type Recorded, type RecordedProgram, recordAnew, recordProgram } from "./testing";

const partners = { ...subscriber("acme"), ...application("billing", { replicateToEfs: true }) };
/** Whatever a stack can have, so that nothing escapes these tests by being switched off. */
const everything = {
  internalEndpoint: "true",
  internalHostname: "files.internal.example",
  efs: "true",
  scan: "guardduty",
  replicaRegion: "eu-west-1",
};
const key = ({ type, name }: Recorded) => `${type} ${name}`;

describe("the program", () => {
  const programs: Record<string, RecordedProgram> = {};
  before(async () => {
    programs.dev = await recordProgram({ stack: "dev", config: everything, partners });
    programs.prod = await recordProgram({ stack: "prod", config: everything, partners });
  });

  it("registers the same when it runs again in the same process", async () => {
    const again = await recordAnew({ stack: "dev", config: everything, partners });
    expect(again.resources.map(key).sort()).to.deep.equal(programs.dev?.resources.map(key).sort());
  });

  it("names no two resources of a type alike", () => {
    for (const { resources } of Object.values(programs)) {
      expect(resources.map(key)).to.have.lengthOf(new Set(resources.map(key)).size);
    }
  });

  it("describes security groups and their rules in characters that EC2 takes", () => {
    const groupsAndRules = Object.values(programs).flatMap(({ resources }) =>
      resources.filter(({ type }) => /SecurityGroup(Ingress|Egress)?(Rule)?$/.test(type)),
    );
    const descriptions = groupsAndRules.flatMap(({ inputs: { description } }) => description ?? []);
    expect(descriptions).to.include("Lambda functions").and.to.have.length.above(10);
    for (const text of descriptions) expect(text).to.match(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  });

  it("exports what operators and partners ask for", () => {
    expect(programs.prod?.outputs).to.deep.include({
      hostname: "s-1.server.transfer.example",
      internalHostname: "files.internal.example",
      internalHostKeyFingerprint: "SHA256:abc",
      internalServerId: "Server-internal",
      replicaBucket: "quayside-prod-000000000000-eu-west-1",
      fileSystemId: "FileSystem-files",
      fileSystemAccessPointId: "AccessPoint-files",
      hostKeyFingerprint: "SHA256:abc",
      natAddresses: ["a", "b", "c"].map((zone) => `ip-of-nat-eu-central-1${zone}`),
      endpointAddresses: ["a", "b", "c"].map((zone) => `ip-of-partners-eu-central-1${zone}`),
      bucket: "quayside-prod-000000000000-eu-central-1",
      databaseEndpoint: "ledger.cluster.example",
    });
    expect(programs.dev?.outputs.natAddresses).to.deep.equal([]);
  });

  describe("protects in prod, and not in dev,", () => {
    const stateful = [
      "aws:s3/bucket:Bucket files",
      "aws:rds/cluster:Cluster ledger",
      "aws:rds/clusterInstance:ClusterInstance ledger-0",
      "aws:kms/key:Key data-key",
      "aws:kms/key:Key messages-key",
      "aws:kms/key:Key logs-key",
      "aws:cognito/userPool:UserPool logins",
      "aws:transfer/server:Server partners",
      "aws:transfer/server:Server internal",
      "aws:efs/fileSystem:FileSystem files",
      "aws:kms/key:Key replica-key",
      "aws:s3/bucket:Bucket replica",
      "aws:cloudwatch/logGroup:LogGroup transfer-internal-log",
      "aws:cloudwatch/logGroup:LogGroup replicate-log",
      "aws:cloudwatch/logGroup:LogGroup route-log",
      "aws:cloudwatch/logGroup:LogGroup transfer-log",
      "aws:ec2/eip:Eip partners-eu-central-1a",
    ];
    for (const wanted of stateful) {
      it(wanted, () => {
        expect(programs.prod?.resources.find((resource) => key(resource) === wanted)?.protect).to.equal(true);
        expect(programs.dev?.resources.find((resource) => key(resource) === wanted)?.protect).to.equal(false);
      });
    }

    it("every log group", () => {
      for (const group of programs.prod?.all("LogGroup") ?? []) expect(group.protect, group.name).to.equal(true);
    });

    it("nothing at all in dev, where destroying removes files and database too", () => {
      expect(programs.dev?.resources.filter(({ protect }) => protect)).to.deep.equal([]);
      for (const { name, inputs } of programs.dev?.all("s3/bucket:Bucket") ?? []) {
        expect(inputs.forceDestroy, name).to.equal(true);
      }
      for (const { name, inputs } of programs.dev?.all("Server") ?? [])
        expect(inputs.forceDestroy, name).to.equal(true);
      expect(programs.dev?.one("Zone", "internal").inputs.forceDestroy).to.equal(true);
      expect(programs.dev?.one("Repository", "jobs").inputs.forceDelete).to.equal(true);
      for (const { name, inputs } of programs.dev?.all("Secret") ?? []) {
        expect(inputs.recoveryWindowInDays, name).to.equal(0);
      }
      expect(programs.dev?.one("rds/cluster:Cluster", "ledger").inputs).to.include({
        deletionProtection: false,
        skipFinalSnapshot: true,
      });
      expect(programs.dev?.one("UserPool", "logins").inputs.deletionProtection).to.equal("INACTIVE");
    });

    it("also on AWS's side", () => {
      for (const { name, inputs } of programs.prod?.all("s3/bucket:Bucket") ?? []) {
        expect(inputs.forceDestroy, name).to.equal(false);
      }
      for (const { name, inputs } of programs.prod?.all("Key") ?? []) {
        expect(inputs.deletionWindowInDays, name).to.equal(30);
      }
      expect(programs.prod?.one("rds/cluster:Cluster", "ledger").inputs).to.include({
        deletionProtection: true,
        skipFinalSnapshot: false,
        backupRetentionPeriod: 35,
      });
      expect(programs.prod?.one("UserPool", "logins").inputs.deletionProtection).to.equal("ACTIVE");
    });
  });

  it("keeps every log for as long as the stack says", () => {
    for (const [stack, days] of [
      ["dev", 14],
      ["prod", 400],
    ] as const) {
      const groups = programs[stack]?.all("LogGroup") ?? [];
      expect(groups).to.have.lengthOf(11);
      for (const { name, inputs } of groups) expect(inputs.retentionInDays, name).to.equal(days);
    }
  });

  it("spreads over the stack's zones", () => {
    const zones = (program: RecordedProgram | undefined) =>
      new Set(program?.all("Subnet").map(({ inputs }) => inputs.availabilityZone)).size;
    expect(zones(programs.dev)).to.equal(2);
    expect(zones(programs.prod)).to.equal(3);
    expect(programs.prod?.all("ClusterInstance")).to.have.lengthOf(2);
  });
});
