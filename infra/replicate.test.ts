import { expect } from "chai";
import { application } from "./partner-fixtures";
import { accountId, type RecordedProgram, recordProgram } from "./testing";

const json = (value: unknown) => JSON.parse(String(value));
const on = {
  efs: "true",
  efsUid: "2001",
  efsGid: "2002",
  efsPermissions: "0770",
  efsMirrorDeletions: "false",
  efsBackup: "true",
};
const fileSystemTypes = (program: RecordedProgram) =>
  program.resources.filter(({ type }) => type.startsWith("aws:efs/"));

describe("the file system", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram({ config: on });
  });

  it("is there only where the stack has one, and then nothing refers to it elsewhere", async () => {
    const without = await recordProgram({
      config: { efs: "false" },
      partners: application("billing", { replicateToEfs: true }),
    });
    expect(fileSystemTypes(without)).to.deep.equal([]);
    expect(without.all("lambda/function:Function").map(({ name }) => name)).to.not.include("replicate");
    expect(without.warnings.join()).to.include(
      "folders of billing are copied to no file system: quayside:efs is false",
    );
    const { variables } = without.one("lambda/function:Function", "route").inputs.environment as { variables: object };
    expect(variables).to.include({ REPLICATION_TOPIC_ARN: "" });
  });

  it("is encrypted with the data key, cheap for what is not read, and backed up unless told otherwise", async () => {
    const { inputs } = program.one("FileSystem", "files");
    expect(inputs).to.deep.include({ encrypted: true, kmsKeyId: program.one("Key", "data-key").state.arn });
    expect(inputs.lifecyclePolicies).to.deep.equal([
      { transitionToIa: "AFTER_30_DAYS" },
      { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
    ]);
    const status = (of: RecordedProgram) => of.one("BackupPolicy", "files").inputs.backupPolicy;
    expect(status(program)).to.deep.equal({ status: "ENABLED" });
    expect(status(await recordProgram({ config: { ...on, efsBackup: "false" } }))).to.deep.equal({
      status: "DISABLED",
    });
  });

  it("has a way in in every zone, in the tier that no route leads out of", () => {
    const isolated = program.all("Subnet").filter(({ name }) => name.startsWith("isolated"));
    expect(program.all("MountTarget").map(({ inputs }) => inputs.subnetId)).to.have.members(
      isolated.map(({ state }) => state.id),
    );
    const group = program.one("SecurityGroup", "file-system").state.id;
    for (const { inputs } of program.all("MountTarget")) expect(inputs.securityGroups).to.deep.equal([group]);
  });

  it("lets functions in on its port, and applications from the networks that the stack names", async () => {
    const ways = ({ all, one }: RecordedProgram) =>
      all("SecurityGroupIngressRule")
        .filter(({ inputs }) => inputs.securityGroupId === one("SecurityGroup", "file-system").state.id)
        .map(({ inputs }) => [inputs.referencedSecurityGroupId ?? inputs.cidrIpv4, inputs.fromPort, inputs.toPort]);
    const functions = program.one("SecurityGroup", "functions").state.id;
    expect(ways(program)).to.deep.equal([[functions, 2049, 2049]]);
    expect(program.one("SecurityGroupEgressRule", "functions-to-file-system").inputs).to.include({
      securityGroupId: functions,
      referencedSecurityGroupId: program.one("SecurityGroup", "file-system").state.id,
      fromPort: 2049,
    });
    const read = await recordProgram({
      config: {
        ...on,
        efsReaderRoles: `["arn:aws:iam::${accountId}:role/billing"]`,
        efsReaderSources: '["10.1.0.0/16"]',
      },
    });
    expect(ways(read)).to.have.deep.members([
      [read.one("SecurityGroup", "functions").state.id, 2049, 2049],
      ["10.1.0.0/16", 2049, 2049],
    ]);
  });

  it("makes whoever comes through the access point the user that the stack names", () => {
    expect(program.one("AccessPoint", "files").inputs).to.deep.include({
      fileSystemId: program.one("FileSystem", "files").state.id,
      posixUser: { uid: 2001, gid: 2002 },
      rootDirectory: { path: "/files", creationInfo: { ownerUid: 2001, ownerGid: 2002, permissions: "0770" } },
    });
  });

  describe("by its policy", () => {
    const client = (...actions: string[]) => actions.map((action) => `elasticfilesystem:Client${action}`);
    const statements = (of: RecordedProgram) =>
      Object.fromEntries(
        json(of.one("FileSystemPolicy", "files").inputs.policy).Statement.map(
          ({ Sid, ...statement }: { Sid: string; Resource: string }) => {
            expect(statement.Resource, Sid).to.equal(of.one("FileSystem", "files").state.arn);
            return [Sid, { ...statement, Resource: undefined }];
          },
        ),
      );
    const rest = { Resource: undefined };
    const point = () => ({ "elasticfilesystem:AccessPointArn": program.one("AccessPoint", "files").state.arn });
    const everybody = { Effect: "Deny", Principal: "*", Action: client("Mount", "Write", "RootAccess"), ...rest };

    it("is written to by the function's role, through the access point and TLS only, and used by nobody else", () => {
      const role = program.one("iam/role:Role", "replicate").state.arn;
      expect(statements(program)).to.deep.equal({
        ReplicateWrites: {
          Effect: "Allow",
          Principal: { AWS: role },
          Action: client("Mount", "Write"),
          Condition: { StringEquals: point() },
          ...rest,
        },
        OnlyOverTls: { ...everybody, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        OnlyThroughTheAccessPoint: { ...everybody, Condition: { StringNotEquals: point() } },
        NobodyElse: { ...everybody, Condition: { ArnNotEquals: { "aws:PrincipalArn": [role] } } },
        NobodyElseWrites: {
          ...everybody,
          Action: client("Write", "RootAccess"),
          Condition: { ArnNotEquals: { "aws:PrincipalArn": role } },
        },
      });
    });

    it("is read by the applications that the stack names", async () => {
      const reader = `arn:aws:iam::${accountId}:role/billing`;
      const config = { ...on, efsReaderRoles: `["${reader}"]`, efsReaderSources: '["10.1.0.0/16"]' };
      const { ApplicationsRead, NobodyElse, NobodyElseWrites } = statements(await recordProgram({ config }));
      const role = program.one("iam/role:Role", "replicate").state.arn;
      expect(ApplicationsRead).to.deep.include({ Principal: { AWS: [reader] }, Action: client("Mount") });
      expect(NobodyElse?.Condition).to.deep.equal({ ArnNotEquals: { "aws:PrincipalArn": [role, reader] } });
      expect(NobodyElseWrites?.Condition).to.deep.equal({ ArnNotEquals: { "aws:PrincipalArn": role } });
    });
  });
});

describe("the way of a file to the file system", () => {
  let program: RecordedProgram;
  const replicate = () => program.one("lambda/function:Function", "replicate").inputs;
  before(async () => {
    program = await recordProgram({ config: on });
  });

  it("leads from the router and the sweep to a topic of its own", () => {
    const topic = program.one("Topic", "replication").state.arn;
    for (const name of ["route", "sweep"]) {
      const { environment } = program.one("lambda/function:Function", name).inputs;
      expect(environment, name).to.have.nested.property("variables.REPLICATION_TOPIC_ARN", topic);
      const publishes = json(program.one("RolePolicy", name).inputs.policy).Statement.find(
        ({ Action }: { Action: string }) => Action === "sns:Publish",
      );
      expect(publishes.Resource, name).to.include(topic);
    }
  });

  it("leads from there to a queue, into which nobody else sends, with dead letters", () => {
    const topic = program.one("Topic", "replication").state.arn;
    const [queue, dead] = [program.one("Queue", "replication"), program.one("Queue", "replication-dead")];
    expect(program.one("TopicSubscription", "replication").inputs).to.include({
      topic,
      protocol: "sqs",
      endpoint: queue.state.arn,
      rawMessageDelivery: true,
    });
    // The router decides what is copied; a filter on folders would break at 37 of them.
    expect(program.one("TopicSubscription", "replication").inputs).to.not.have.property("filterPolicy");
    for (const { name, state } of [queue, dead]) {
      const policy = program.one("QueuePolicy", name).inputs;
      expect(policy.queueUrl).to.equal(state.id);
      expect(json(policy.policy).Statement).to.deep.equal([
        {
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: state.arn,
          Condition: { ArnEquals: { "aws:SourceArn": topic } },
        },
      ]);
    }
    expect(json(queue.inputs.redrivePolicy)).to.deep.equal({ deadLetterTargetArn: dead.state.arn, maxReceiveCount: 5 });
  });

  it("ends in the function, which has the access point mounted before it runs", () => {
    expect(replicate()).to.deep.include({
      fileSystemConfig: { arn: program.one("AccessPoint", "files").state.arn, localMountPath: "/mnt/files" },
    });
    expect(program.one("lambda/function:Function", "replicate").dependsOn).to.include.members([
      "aws:efs/mountTarget:MountTarget files-eu-central-1a",
      "aws:efs/mountTarget:MountTarget files-eu-central-1b",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule functions-to-file-system",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule file-system-from-functions",
    ]);
    expect(program.one("EventSourceMapping", "replication").inputs).to.deep.include({
      eventSourceArn: program.one("Queue", "replication").state.arn,
      functionName: "quayside-dev-replicate",
      batchSize: 1,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 10 },
    });
    // Lambda refuses a queue that shows a message again while somebody may still work on it.
    expect(program.one("Queue", "replication").inputs.visibilityTimeoutSeconds).to.be.greaterThan(
      Number(replicate().timeout),
    );
  });

  it("gives folders and files the modes that the stack names", () => {
    expect(replicate().environment).to.have.property("variables").that.includes({
      MOUNT_PATH: "/mnt/files",
      DIRECTORY_MODE: "0770",
      FILE_MODE: "0660",
    });
  });

  it("is also that of a deletion, where the stack mirrors them", async () => {
    const events = (of: RecordedProgram) =>
      (of.one("BucketNotification", "uploads").inputs.topics as { events: string[] }[]).flatMap(({ events }) => events);
    const mirrors = (of: RecordedProgram) =>
      (of.one("lambda/function:Function", "replicate").inputs.environment as { variables: Record<string, string> })
        .variables.MIRROR_DELETIONS;
    expect([events(program), mirrors(program)]).to.deep.equal([["s3:ObjectCreated:*"], "false"]);
    const mirrored = await recordProgram({ config: { ...on, efsMirrorDeletions: "true" } });
    expect([events(mirrored), mirrors(mirrored)]).to.deep.equal([
      ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"],
      "true",
    ]);
    const nowhere = await recordProgram({ config: { efs: "false", efsMirrorDeletions: "true" } });
    expect(events(nowhere)).to.deep.equal(["s3:ObjectCreated:*"]);
  });

  it("raises an alarm where it ends in the dead letters, is slow, or a file cannot be there", () => {
    const watched = {
      "replication-dead-letters": "quayside-dev-replication-dead",
      "replication-backlog": "quayside-dev-replication",
    };
    for (const [alarm, QueueName] of Object.entries(watched)) {
      expect(program.one("MetricAlarm", alarm).inputs, alarm).to.deep.include({
        dimensions: { QueueName },
        alarmActions: [program.one("Topic", "operations").state.arn],
      });
    }
    for (const alarm of ["replicate-errors", "replicate-throttles", "files-not-replicated"])
      program.one("MetricAlarm", alarm);
    expect(program.one("LogMetricFilter", "files-not-replicated").inputs.logGroupName).to.equal(
      "/aws/lambda/quayside-dev-replicate",
    );
  });

  it("is open to the folders that opt in, and removing the word takes away exactly that", async () => {
    const run = async (replicateToEfs: boolean) => {
      const { resources } = await recordProgram({
        config: { ...on, internalEndpoint: "true" },
        partners: application("billing", { replicateToEfs }),
      });
      return new Map(resources.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
    };
    const [before, after] = [await run(true), await run(false)];
    expect([...after.keys()]).to.have.members([...before.keys()]);
    const changed = [...before.keys()].filter(
      (key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)),
    );
    expect(changed).to.deep.equal(["aws:lambda/invocation:Invocation billing"]);
    const folders = (of: Map<string, Record<string, unknown>>) =>
      json(of.get("aws:lambda/invocation:Invocation billing")?.input).entitlements.folders;
    expect(folders(before)).to.deep.equal(
      folders(after).map((folder: { virtualPath: string }) =>
        folder.virtualPath === "/exchange" ? { ...folder, replicate: true } : folder,
      ),
    );
  });

  it("costs no more at forty folders than at none", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `app-${index}`);
    const partners = ids.map((id) => application(id, { replicateToEfs: true, keyFiles: [] })[`${id}/partner.yaml`]);
    const withPasswords = partners.map((text, index) => [
      `${ids[index]}/partner.yaml`,
      String(text).replace("endpoint: internal", "passwordVersion: 1"),
    ]);
    const names = ({ resources }: RecordedProgram) =>
      resources
        .filter(({ type }) => !/Invocation|PartnerAccess|cognito.user:User/.test(type))
        .map(({ type, name }) => `${type} ${name}`);
    const forty = await recordProgram({ config: on, partners: Object.fromEntries(withPasswords) });
    expect(forty.all("PartnerAccess")).to.have.lengthOf(40);
    expect(names(forty)).to.have.members(names(program));
  });
});
