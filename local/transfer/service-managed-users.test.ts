import { expect } from "chai";
import type SftpClient from "ssh2-sftp-client";
import type { Properties, ResourceHandler } from "../program/handler";
import { generateKeyPair } from "../sftp/key-pair";
import { bucket, EndpointFixture, errorOf } from "./endpoint-fixture";
import { transferHandlers } from "./transfer-handlers";
import type { TransferServers } from "./transfer-servers";

const keys = generateKeyPair();
const others = generateKeyPair();
const role = "arn:aws:iam::000000000000:role/internal";
const own = `arn:aws:s3:::${bucket}/warehouse/extracts`;
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "s3:PutObject", Resource: `${own}/*` },
    { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
  ],
});

describe("service-managed users", () => {
  let fixture: EndpointFixture;
  let servers: TransferServers;
  let serverId: string;
  const logged: string[] = [];

  beforeEach(async () => {
    logged.length = 0;
    fixture = new EndpointFixture();
    await fixture.start();
    servers = fixture.servers((line) => logged.push(line));
    serverId = (await handler("server:Server").create({ protocols: ["SFTP"] }, "internal")).id;
  });
  afterEach(async () => {
    await servers.stop();
    await fixture.stop();
  });

  const handler = (name: string): ResourceHandler => {
    const found = transferHandlers(servers)[`aws:transfer/${name}`];
    if (found === undefined) throw new Error(`no handler ${name}`);
    return found;
  };
  const userInputs = (changes: Properties = {}): Properties => ({
    serverId,
    userName: "warehouse",
    role,
    homeDirectoryType: "LOGICAL",
    homeDirectoryMappings: [{ entry: "/extracts", target: `/${bucket}/\${transfer:UserName}/extracts` }],
    ...changes,
  });
  const addUser = (changes?: Properties) => handler("user:User").create(userInputs(changes), "warehouse");
  const keyInputs = (body = keys.publicKey): Properties => ({ serverId, userName: "warehouse", body });
  const addKey = (body?: string) => handler("sshKey:SshKey").create(keyInputs(body), "warehouse");
  const connect = (login: Partial<SftpClient.ConnectOptions> = {}) =>
    fixture.connect({
      ...{ port: servers.find(serverId).sftp?.port, username: "warehouse" },
      ...{ password: undefined, privateKey: keys.privateKey, ...login },
    });
  const refusal = (login?: Partial<SftpClient.ConnectOptions>) => errorOf(connect(login));

  it("log in with their keys, as their role, into their logical directories", async () => {
    await addUser();
    await addKey();
    const client = await connect();
    await client.put(Buffer.from("rows"), "/extracts/2026/claims.csv");
    expect(await fixture.text("warehouse/extracts/2026/claims.csv")).to.equal("rows");
    expect(new Set(fixture.accessCalls.map(({ principal }) => principal.roleArn))).to.deep.equal(new Set([role]));
    expect(fixture.accessCalls[0]?.principal.sessionName).to.match(new RegExp(`^warehouse\\.[0-9a-f]+@${serverId}$`));
    expect(logged.map((line) => JSON.parse(line)["activity-type"])).to.include("CONNECTED");
    expect(fixture.events.map(({ detail }) => detail["server-id"])).to.deep.equal([serverId]);
  });

  it("cannot log in with a password, another key, another name or no key at all", async () => {
    await addUser();
    expect(await refusal()).to.contain("authentication");
    await addKey();
    const password = { privateKey: undefined, password: "warehouse" };
    expect(await refusal(password)).to.contain("authentication");
    expect(await refusal({ privateKey: others.privateKey })).to.contain("authentication");
    expect(await refusal({ username: "nobody" })).to.contain("authentication");
    await connect();
    expect(fixture.identityCalls).to.deep.equal([]);
  });

  it("are held to their session policy", async () => {
    await addUser({
      policy,
      homeDirectoryMappings: [{ entry: "/files", target: `/${bucket}/warehouse` }],
    });
    await addKey();
    const client = await connect();
    await client.put(Buffer.from("x"), "/files/extracts/a");
    expect(await errorOf(client.put(Buffer.from("x"), "/files/other/a"))).to.contain("Permission denied");
    expect(await errorOf(client.get("/files/extracts/a"))).to.contain("Permission denied");
    expect(await fixture.keys()).to.deep.equal(["warehouse/extracts/a"]);
  });

  it("lose what is taken from them at the next login, while open sessions go on", async () => {
    const user = await addUser();
    const key = await addKey();
    const otherKey = await addKey(others.publicKey);
    const open = await connect();
    await handler("sshKey:SshKey").delete(key.id, keyInputs());
    expect(await refusal()).to.contain("authentication");
    await connect({ privateKey: others.privateKey });

    const moved = { homeDirectoryMappings: [{ entry: "/moved", target: `/${bucket}/warehouse/moved` }] };
    await handler("user:User").update?.(user.id, userInputs(moved), userInputs());
    const names = (await (await connect({ privateKey: others.privateKey })).list("/")).map(({ name }) => name);
    expect(names).to.deep.equal(["moved"]);

    await handler("sshKey:SshKey").delete(otherKey.id, keyInputs(others.publicKey));
    await handler("user:User").delete(user.id, userInputs(moved));
    expect(await refusal({ privateKey: others.privateKey })).to.contain("authentication");
    await open.put(Buffer.from("x"), "/extracts/late");
    expect(await fixture.keys()).to.deep.equal(["warehouse/extracts/late"]);
  });

  it("stay when their server is updated, on the same port", async () => {
    await addUser();
    await addKey();
    const { port } = servers.find(serverId).sftp ?? {};
    const inputs = { protocols: ["SFTP"] };
    const banner = { ...inputs, preAuthenticationLoginBanner: "hello" };
    await handler("server:Server").update?.(serverId, banner, inputs);
    await connect({ port });
  });

  const refused: [string, Properties, RegExp][] = [
    ["overlapping directories", { homeDirectoryMappings: [mapping("/a"), mapping("/a/b")] }, /overlap/],
    ["no directories", { homeDirectoryMappings: undefined }, /HomeDirectoryDetails/],
    ["a policy that is too long", { policy: "x".repeat(2049) }, /2,048/],
    ["a name that Transfer Family refuses", { userName: "ab" }, /3 to 100/],
    ["an EFS identity", { posixProfile: { uid: 1, gid: 1 } }, /posixProfile/],
  ];
  for (const [what, changes, message] of refused) {
    it(`are refused with ${what}`, async () => {
      expect(await errorOf(addUser(changes))).to.match(message);
      expect(servers.find(serverId).users.size).to.equal(0);
    });
  }
});

function mapping(entry: string) {
  return { entry, target: `/${bucket}${entry}` };
}
