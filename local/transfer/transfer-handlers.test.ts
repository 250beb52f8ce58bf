import { expect } from "chai";
import { utils } from "ssh2";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { replacingInputs } from "../program/replacing-inputs";
import { generateKeyPair } from "../sftp/key-pair";
import { account, EndpointFixture, errorOf, username } from "./endpoint-fixture";
import { transferHandlers } from "./transfer-handlers";
import type { TransferServers } from "./transfer-servers";

const hostKeys = generateKeyPair();

describe("transferHandlers", () => {
  let fixture: EndpointFixture;
  let servers: TransferServers;
  let handlers: ResourceHandlers;
  const logged: { line: string; serverId: string; logGroupArn: string | undefined }[] = [];

  beforeEach(async () => {
    logged.length = 0;
    fixture = new EndpointFixture();
    await fixture.start();
    servers = fixture.servers((line, from) => logged.push({ line, ...from }));
    handlers = transferHandlers(servers);
  });
  afterEach(async () => {
    await servers.stop();
    await fixture.stop();
  });

  const handler = (name: string): ResourceHandler => {
    const found = handlers[`aws:transfer/${name}`];
    if (found === undefined) throw new Error(`no handler ${name}`);
    return found;
  };
  const server = () => handler("server:Server");
  const custom = (): Properties => ({
    protocols: ["SFTP", "FTPS"],
    identityProviderType: "API_GATEWAY",
    url: fixture.identityUrl,
    invocationRole: fixture.invocationRole,
    endpointType: "VPC",
    endpointDetails: { vpcId: "vpc-1", subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    certificate: "arn:aws:acm:eu-central-1:000000000000:certificate/c",
    hostKey: hostKeys.privateKey,
    securityPolicyName: "TransferSecurityPolicy-2025-03",
    structuredLogDestinations: ["arn:aws:logs:eu-central-1:000000000000:log-group:transfer:*"],
    protocolDetails: { setStatOption: "ENABLE_NO_OP" },
    tags: { project: "quayside" },
  });

  it("are there for every type of Transfer Family that the program uses", () => {
    expect(Object.keys(handlers).sort()).to.deep.equal([
      "aws:transfer/server:Server",
      "aws:transfer/sshKey:SshKey",
      "aws:transfer/tag:Tag",
      "aws:transfer/user:User",
    ]);
  });

  it("start a server that partners can log in to, and say what it does not serve", async () => {
    const { id, outputs } = await server().create(custom(), "partners");
    expect(id).to.match(/^s-[0-9a-f]{17}$/);
    const key = utils.parseKey(hostKeys.publicKey);
    if (key instanceof Error) throw key;
    expect(outputs).to.include({
      arn: `arn:aws:transfer:${account.region}:${account.accountId}:server/${id}`,
      endpoint: `${id}.server.transfer.${account.region}.amazonaws.com`,
      hostKeyFingerprint: servers.find(id).hostKeys[0]?.fingerprint,
    });
    expect(outputs.hostKeyFingerprint).to.match(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(outputs.endpointDetails).to.include({ vpcId: "vpc-1" });
    expect(outputs.endpointDetails)
      .to.have.property("vpcEndpointId")
      .that.matches(/^vpce-[0-9a-f]{17}$/);
    expect(outputs).to.not.have.property("hostKey");
    const { sftp, notServedHere, hostKeys: own } = servers.find(id);
    expect(own.map(({ publicKey }) => publicKey)).to.deep.equal([hostKeys.publicKey]);
    expect(notServedHere).to.deep.equal(["FTPS is not served here; use SFTP to try the server"]);
    const client = await fixture.connect({ port: sftp?.port });
    await client.put(Buffer.from("x"), "/claims/a");
    await client.chmod("/claims/a", 0o600);
    expect(await fixture.keys()).to.deep.equal(["acme/claims/a"]);
    expect(fixture.identityCalls[0]?.target).to.contain(`/servers/${id}/users/${username}/config`);
    expect(fixture.identityCalls[0]?.isSigned).to.equal(true);
    const logGroupArn = "arn:aws:logs:eu-central-1:000000000000:log-group:transfer";
    expect(logged.map(({ serverId }) => serverId)).to.include(id);
    expect(logged.every((entry) => entry.logGroupArn === logGroupArn)).to.equal(true);
  });

  it("update a server in place, or have it replaced", async () => {
    const { id } = await server().create(custom(), "partners");
    const before = servers.find(id);
    const [port, arn] = [before.sftp?.port, before.arn];
    const changed = { ...custom(), sftpAuthenticationMethods: "PASSWORD" };
    await server().update?.(id, changed, custom());
    const after = servers.find(id);
    expect([after.sftp?.port, after.arn]).to.deep.equal([port, arn]);
    const privateKey = generateKeyPair().privateKey;
    expect(await errorOf(fixture.connect({ port, password: undefined, privateKey }))).to.contain("authentication");
    expect(fixture.identityCalls).to.deep.equal([]);
    await fixture.connect({ port });
    const elsewhere = { ...custom(), endpointDetails: { vpcId: "vpc-2", subnetIds: ["subnet-2"] } };
    expect(replacingInputs(server(), elsewhere, changed)).to.deep.equal(["endpointDetails"]);
    await server().delete(id, changed);
    expect(await errorOf(fixture.connect({ port }))).to.contain("ECONNREFUSED");
  });

  const mistakes: [string, Properties, RegExp][] = [
    ["an unknown input", { hostKeys: [] }, /hostKeys/],
    ["AS2", { protocols: ["AS2"] }, /AS2 has no local stand-in/],
    ["a Lambda identity provider", { identityProviderType: "AWS_LAMBDA" }, /has no local stand-in/],
    ["workflows", { workflowDetails: {} }, /workflowDetails has no local stand-in/],
    ["EFS", { domain: "EFS" }, /only the domain S3/],
    ["an old VPC endpoint", { endpointType: "VPC_ENDPOINT" }, /use VPC/],
    ["an unknown security policy", { securityPolicyName: "TransferSecurityPolicy-2026-01" }, /no security policy/],
    ["a log destination without :*", { structuredLogDestinations: ["arn:aws:logs:x"] }, /:\* at its end/],
    ["no url", { url: undefined }, /needs url and invocationRole/],
    ["FTPS without a certificate", { certificate: undefined }, /FTPS needs a certificate/],
    ["FTPS on a public endpoint", { endpointType: "PUBLIC", endpointDetails: undefined }, /endpointType VPC/],
    [
      "FTP with addresses",
      { protocols: ["FTP"], endpointDetails: { vpcId: "v", subnetIds: ["s"], addressAllocationIds: ["e"] } },
      /no addressAllocationIds/,
    ],
    [
      "fewer addresses than subnets",
      { endpointDetails: { vpcId: "v", subnetIds: ["s", "t"], addressAllocationIds: ["e"] } },
      /as many/,
    ],
    [
      "FTPS for service-managed users",
      { identityProviderType: "SERVICE_MANAGED", url: undefined, invocationRole: undefined },
      /SFTP only/,
    ],
    ["a host key that is none", { hostKey: "secret" }, /ssh-keygen/],
  ];
  for (const [name, change, message] of mistakes) {
    it(`refuse a server with ${name}`, async () => {
      expect(await errorOf(server().create({ ...custom(), ...change }, "partners"))).to.match(message);
      expect(servers.list()).to.deep.equal([]);
    });
  }

  it("keep service-managed users, their keys and tags", async () => {
    const { id, outputs } = await server().create({ protocols: ["SFTP"] }, "internal");
    expect(servers.find(id).notServedHere).to.deep.equal([]);
    const user = {
      serverId: id,
      userName: "billing",
      role: "arn:aws:iam::000000000000:role/transfer",
      homeDirectoryType: "LOGICAL",
      homeDirectoryMappings: [{ entry: "/in", target: "/files/in" }],
    };
    const created = await handler("user:User").create(user, "billing");
    expect(created.id).to.equal(`${id}/billing`);
    expect(created.outputs.arn).to.equal(`arn:aws:transfer:eu-central-1:000000000000:user/${id}/billing`);
    const sshKey = { serverId: id, userName: "billing", body: hostKeys.publicKey };
    const key = await handler("sshKey:SshKey").create(sshKey, "billing");
    expect(key.outputs.sshKeyId).to.match(/^key-[0-9a-f]{17}$/);
    expect(await errorOf(handler("sshKey:SshKey").create(sshKey, "billing"))).to.contain("already");
    await handler("user:User").update?.(created.id, { ...user, policy: "{}" }, user);
    expect([...(servers.find(id).users.get("billing")?.sshKeys.values() ?? [])]).to.deep.equal([hostKeys.publicKey]);
    expect(servers.find(id).users.get("billing")?.inputs.policy).to.equal("{}");
    const tag = { resourceArn: outputs.arn, key: "transfer:customHostname", value: "files.example.com" };
    const { id: tagId } = await handler("tag:Tag").create(tag, "hostname");
    expect(servers.find(id).tags.get("transfer:customHostname")).to.equal("files.example.com");
    await handler("tag:Tag").delete(tagId, tag);
    expect(servers.find(id).tags.size).to.equal(0);
    await handler("sshKey:SshKey").delete(key.id, sshKey);
    expect(servers.find(id).users.get("billing")?.sshKeys.size).to.equal(0);
    await handler("user:User").delete(created.id, user);
    expect(servers.find(id).users.size).to.equal(0);
  });

  it("refuse users where the server asks its own identity provider, and keys and tags of nobody", async () => {
    const { id } = await server().create(custom(), "partners");
    const user = { serverId: id, userName: "billing", role: "r" };
    expect(await errorOf(handler("user:User").create(user, "x"))).to.contain("asks its own identity provider");
    const sshKey = { serverId: id, userName: "billing", body: hostKeys.publicKey };
    expect(await errorOf(handler("sshKey:SshKey").create(sshKey, "x"))).to.contain("no user billing");
    expect(await errorOf(handler("sshKey:SshKey").create({ ...sshKey, body: "x" }, "x"))).to.contain("public key");
    const tag = { resourceArn: "arn:nothing", key: "k", value: "v" };
    expect(await errorOf(handler("tag:Tag").create(tag, "x"))).to.contain("arn:nothing");
  });
});
