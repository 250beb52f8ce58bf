import { expect } from "chai";
import { longestSessionPolicy } from "../domain/session-policy";
import { application, keys, subscriber } from "./partner-fixtures";
import { accountId, type RecordedProgram, recordProgram, region } from "./testing";

const json = (value: unknown) => JSON.parse(String(value));
const resourceKey = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----";
const on = { internalEndpoint: "true", internalHostname: "", internalHostKey: "" };
const partners = { ...subscriber("acme"), ...application("billing") };

describe("the internal endpoint", () => {
  let program: RecordedProgram;
  const server = (of = program) => of.one("Server", "internal").inputs;
  before(async () => {
    program = await recordProgram({ config: { ...on, internalHostname: "files.internal.example" }, partners });
  });

  it("is there only where the stack has one", async () => {
    const without = await recordProgram({ config: { ...on, internalEndpoint: "false" } });
    expect(without.all("Server").map(({ name }) => name)).to.deep.equal(["partners"]);
    expect(without.outputs).to.not.have.any.keys("internalHostname", "internalServerId");
  });

  it("speaks SFTP to users that Transfer Family manages, under a current security policy", () => {
    expect(server()).to.deep.include({
      identityProviderType: "SERVICE_MANAGED",
      protocols: ["SFTP"],
      securityPolicyName: "TransferSecurityPolicy-2025-03",
      endpointType: "VPC",
    });
    expect(server()).to.not.have.any.keys("url", "invocationRole", "sftpAuthenticationMethods");
  });

  it("is inside the VPC only, in every zone, for the sources that the stack names", async () => {
    const details = server().endpointDetails as Record<string, string[]>;
    const isolated = program.all("Subnet").filter(({ name }) => name.startsWith("isolated"));
    expect(details.subnetIds).to.have.members(isolated.map(({ state }) => state.id));
    expect(details.securityGroupIds).to.deep.equal([program.one("SecurityGroup", "internal-endpoint").state.id]);
    expect(details).to.not.have.property("addressAllocationIds");

    const sources = (of: RecordedProgram) =>
      of
        .all("SecurityGroupIngressRule")
        .filter(({ inputs }) => inputs.securityGroupId === of.one("SecurityGroup", "internal-endpoint").state.id)
        .map(({ inputs }) => [inputs.cidrIpv4, inputs.fromPort, inputs.toPort]);
    expect(sources(program)).to.deep.equal([["10.40.0.0/16", 22, 22]]);
    const named = await recordProgram({ config: { ...on, internalEndpointSources: '["10.1.0.0/16","10.2.0.0/16"]' } });
    expect(sources(named)).to.have.deep.members([
      ["10.1.0.0/16", 22, 22],
      ["10.2.0.0/16", 22, 22],
    ]);
  });

  it("logs to its own encrypted log group, with a role that reaches no other", () => {
    const log = program.one("LogGroup", "transfer-internal-log");
    expect(log.inputs.name).to.equal("/aws/transfer/quayside-dev-internal");
    expect(server().structuredLogDestinations).to.deep.equal([`${log.state.arn}:*`]);
    expect(server().loggingRole).to.equal(program.one("iam/role:Role", "transfer-logs").state.arn);
    expect(json(program.one("RolePolicy", "transfer-logs").inputs.policy).Statement).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: `${log.state.arn}:*`,
      },
    ]);
  });

  it("has a friendly name in a private zone, an alias of its VPC endpoint", async () => {
    expect(program.one("Zone", "internal").inputs).to.deep.include({
      name: "files.internal.example",
      vpcs: [{ vpcId: program.one("Vpc", "vpc").state.id }],
    });
    // `server.endpoint` would resolve to nothing here.
    expect(program.one("Record", "internal").inputs).to.deep.include({
      zoneId: "zone-internal",
      name: "files.internal.example",
      type: "A",
      aliases: [{ name: "vpce-internal.example", zoneId: "Z1", evaluateTargetHealth: false }],
    });
    expect(program.outputs.internalHostname).to.equal("files.internal.example");
    const unnamed = await recordProgram({ config: on });
    expect(unnamed.all("Zone")).to.deep.equal([]);
    expect(unnamed.outputs.internalHostname).to.equal("vpce-internal.example");
  });

  it("keeps the fingerprint of a server that moved here, whose key is a secret", async () => {
    expect(server()).to.not.have.property("hostKey");
    const moved = await recordProgram({ config: { ...on, internalHostKey: privateKey } });
    expect(server(moved).hostKey).to.equal(`${privateKey}\n`);
    expect(moved.one("Server", "internal").secretInputs).to.deep.equal(["hostKey"]);
    expect(JSON.stringify(moved.outputs)).to.not.include("PRIVATE KEY");
  });

  it("has its uploads routed like those of partners", () => {
    const { detail } = json(program.one("EventRule", "upload-ends").inputs.eventPattern);
    expect(detail["server-id"]).to.have.members(program.all("Server").map(({ state }) => state.id));
  });

  it("has a role for sessions that only its own users get", () => {
    const trust = json(program.one("iam/role:Role", "transfer-internal-session").inputs.assumeRolePolicy).Statement;
    expect(trust).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { Service: "transfer.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": `arn:aws:transfer:${region}:${accountId}:user/Server-internal/*` },
        },
      },
    ]);
    const policy = (role: string) => program.one("RolePolicy", role).inputs.policy;
    expect(policy("transfer-internal-session")).to.equal(policy("transfer-session"));
  });

  describe("has a login", () => {
    const bucket = `quayside-dev-${accountId}-${region}`;
    const user = () => program.one("transfer/user:User", "billing").inputs;

    it("as a user with its folders, and no user of the partner endpoint", () => {
      expect(user()).to.deep.include({
        serverId: "Server-internal",
        userName: "billing",
        role: program.one("iam/role:Role", "transfer-internal-session").state.arn,
        homeDirectoryType: "LOGICAL",
        homeDirectoryMappings: [
          { entry: "/exchange", target: `/${bucket}/billing/exchange` },
          { entry: "/in", target: `/${bucket}/billing/in` },
        ],
      });
      expect(program.all("cognito/user:User").map(({ name }) => name)).to.deep.equal(["acme"]);
      expect(program.all("transfer/user:User").map(({ name }) => name)).to.deep.equal(["billing"]);
    });

    it("with a session policy that reaches its own folders, with the key and the stack's temporary names", async () => {
      const policy = String(user().policy);
      expect(policy.length).to.be.at.most(longestSessionPolicy);
      const resources = json(policy).Statement.flatMap(({ Resource }: { Resource: string[] }) => Resource);
      for (const resource of resources) {
        expect(resource).to.match(
          new RegExp(`^arn:aws:s3:::${bucket}(/billing/.+)?$|^${program.one("Key", "data-key").state.arn}$`),
        );
      }
      const renamed = await recordProgram({ config: { ...on, ignoredNames: '["*.uploading"]' }, partners });
      expect(String(renamed.one("transfer/user:User", "billing").inputs.policy)).to.include("/billing/*.uploading");
      const variables = renamed.one("lambda/function:Function", "authorize").inputs.environment;
      expect(variables).to.have.nested.property("variables.IGNORED_NAMES", "*.uploading");
    });

    it("with one resource for each key, by its fingerprint", () => {
      expect(
        program.all("SshKey").map(({ name, inputs, dependsOn }) => [name, inputs.body, dependsOn]),
      ).to.have.deep.members(
        keys.map(({ line, fingerprint }) => [`billing/${fingerprint}`, line, ["aws:transfer/user:User billing"]]),
      );
    });

    it("that costs as little as a partner's, and is there only once its rows are", () => {
      const { dependsOn } = program.one("transfer/user:User", "billing");
      expect(dependsOn).to.deep.equal(["aws:lambda/invocation:Invocation billing"]);
      expect(program.one("Invocation", "billing").dependsOn).to.not.include("aws:transfer/user:User billing");
      expect(program.resources.filter(({ name }) => name === "billing").map(({ type }) => type)).to.have.members([
        "quayside:PartnerAccess",
        "aws:transfer/user:User",
        "aws:lambda/invocation:Invocation",
      ]);
    });

    /** Registered resources with their inputs. */
    const plan = async (files: Record<string, string>) => {
      const { resources } = await recordProgram({ config: on, partners: { ...subscriber("acme"), ...files } });
      return new Map(resources.map((resource) => [resourceKey(resource), JSON.stringify(resource.inputs)]));
    };
    /** What a plan says goes, and what it says changes. */
    const difference = (before: Map<string, string>, after: Map<string, string>) => ({
      gone: [...before.keys()].filter((key) => !after.has(key)),
      added: [...after.keys()].filter((key) => !before.has(key)),
      changed: [...before].filter(([key, inputs]) => after.has(key) && after.get(key) !== inputs).map(([key]) => key),
    });

    it("from which removing a key file takes that key, and nothing else", async () => {
      const before = await plan(application("billing"));
      const after = await plan(application("billing", { keyFiles: ["one.pub"] }));
      expect(difference(before, after)).to.deep.equal({
        gone: [`aws:transfer/sshKey:SshKey billing/${keys[1].fingerprint}`],
        added: [],
        changed: ["aws:lambda/invocation:Invocation billing"],
      });
      const { "billing/keys/two.pub": two = "", ...others } = application("billing");
      expect(difference(before, await plan({ ...others, "billing/keys/renamed.pub": two }))).to.deep.equal({
        gone: [],
        added: [],
        changed: [],
      });
    });

    it("whose partner, when it is removed, takes everything of its own and nothing else", async () => {
      const { gone, added, changed } = difference(await plan(application("billing")), await plan({}));
      expect(gone).to.have.members([
        "quayside:PartnerAccess billing",
        "aws:transfer/user:User billing",
        ...keys.map(({ fingerprint }) => `aws:transfer/sshKey:SshKey billing/${fingerprint}`),
        "aws:lambda/invocation:Invocation billing",
      ]);
      expect([...added, ...changed]).to.deep.equal([]);
    });
  });

  it("whose absence a stack says, where partners have logins on it", async () => {
    const { warnings, all } = await recordProgram({ config: { ...on, internalEndpoint: "false" }, partners });
    expect(warnings.join()).to.include("nobody can log in as billing: quayside:internalEndpoint is false");
    expect(all("transfer/user:User")).to.deep.equal([]);
  });

  it("is refused where the stack's names for unfinished uploads make a session policy too long", async () => {
    const ignoredNames = JSON.stringify(Array.from({ length: 30 }, (_, index) => `*.unfinished-upload-${index}`));
    const failure = await recordProgram({ config: { ...on, ignoredNames }, partners }).catch((error: Error) => error);
    expect(failure)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/the session policies of billing have more/);
  });
});
