import { expect } from "chai";
import { type AuthenticationType, BaseAgent, Client, utils } from "ssh2";
import { withPrograms } from "../../test/programs";
import { generateKeyPair } from "../sftp/key-pair";
import { openssh } from "../sftp/openssh-client";
import { EndpointFixture, errorOf, keys, password, passwordOf, serverId, username } from "./endpoint-fixture";

const refused = "getConnection: All configured authentication methods failed";
const withKey = { password: undefined, privateKey: keys.privateKey };

/** Offers the listed key and signs with its own. */
class Thief extends BaseAgent {
  getIdentities(callback: (error: undefined, identities: string[]) => void): void {
    callback(undefined, [keys.publicKey]);
  }

  sign(...[, data, ...rest]: unknown[]): void {
    const own = utils.parseKey(generateKeyPair().privateKey);
    if (own instanceof Error) throw own;
    const callback = rest.at(-1) as (error: undefined, signature: Buffer) => void;
    callback(undefined, own.sign(data as Buffer));
  }
}

describe("startSftpEndpoint: logins", () => {
  let fixture: EndpointFixture;
  beforeEach(() => {
    fixture = new EndpointFixture();
  });
  afterEach(() => fixture.stop());

  it("asks the identity provider as Transfer Family does", async () => {
    await fixture.start();
    await fixture.connect();
    const [call] = fixture.identityCalls;
    expect(call?.target).to.equal(
      `/prod/servers/${serverId}/users/${username}/config?protocol=SFTP&sourceIp=127.0.0.1`,
    );
    expect(call?.isSigned).to.equal(true);
    expect(Buffer.from(String(call?.headers.password), "latin1").toString()).to.equal(password);
    expect(call?.headers.passwordbase64).to.equal(Buffer.from(password).toString("base64"));
    expect(fixture.identityCalls).to.have.length(1);
  });

  it("encodes the user's name and sends hard passwords whole", async () => {
    await fixture.start();
    for (const hard of [" blanks  ", "line\nbreak", "日本語", "\u0000", "x".repeat(1024)]) {
      fixture.identityCalls.length = 0;
      await errorOf(fixture.connect({ username: "a.b@example-1.org", password: hard }));
      expect(fixture.identityCalls.map(passwordOf)).to.deep.equal([hard]);
      expect(fixture.identityCalls[0]?.target).to.contain("/users/a.b%40example-1.org/config?");
      expect(fixture.identityCalls[0]?.isSigned).to.equal(true);
    }
  });

  it("lets a listed key in that the client really holds, with one call", async () => {
    await fixture.start();
    await (await fixture.connect(withKey)).list("/");
    expect(fixture.identityCalls.map(({ headers }) => headers)).to.have.length(1);
    expect(fixture.identityCalls[0]?.headers).to.not.have.any.keys("password", "passwordbase64");
    const connected = fixture.log().find((entry) => entry["activity-type"] === "CONNECTED");
    expect(connected).to.include({ user: username, "ssh-public-key": keys.publicKey.split(" ")[1], "home-dir": "/" });
  });

  it("does not take a listed key without its private half", async () => {
    await fixture.start();
    const client = new Client();
    const outcome = await new Promise((resolve) => {
      client.on("ready", () => resolve("logged in")).on("error", (error) => resolve(error.message));
      client.connect({ host: "127.0.0.1", port: fixture.endpoint.port, username, agent: new Thief() });
    });
    client.end();
    expect(`getConnection: ${outcome}`).to.equal(refused);
    expect(fixture.identityCalls).to.have.length(1);
  });

  const refusals: [string, Record<string, unknown>, object?][] = [
    ["a wrong password", {}, { password: "wrong" }],
    ["an unknown user", {}, { username: "nobody" }],
    ["an empty answer", { Role: undefined }],
    ["a Role that is no role", { Role: "transfer" }],
    ["PublicKeys for a password", { PublicKeys: [keys.publicKey] }],
    ["an empty list of PublicKeys", { PublicKeys: [] }, withKey],
    ["no PublicKeys for a key", { PublicKeys: undefined }, withKey],
    ["other PublicKeys", { PublicKeys: [generateKeyPair().publicKey, "nonsense"] }, withKey],
    ["a Policy of 2,049 characters", { Policy: JSON.stringify({ Statement: [] }).padEnd(2049) }],
    ["a Policy that is no text", { Policy: { Statement: [] } }],
    ["a Policy that is no policy", { Policy: "{}" }],
    ["directories that are no text", { HomeDirectoryDetails: [] }],
    ["directories that are no JSON", { HomeDirectoryDetails: "claims" }],
    ["no directories", { HomeDirectoryDetails: "[]" }],
    ["overlapping directories", { HomeDirectoryDetails: mappings(["/a", "/b/a"], ["/a/b", "/b/c"]) }],
    ["the root beside another directory", { HomeDirectoryDetails: mappings(["/", "/b/a"], ["/a", "/b/c"]) }],
    ["a directory that leaves its own", { HomeDirectoryDetails: mappings(["/a/../b", "/b/a"]) }],
    ["a Target with a slash at its end", { HomeDirectoryDetails: mappings(["/a", "/b/a/"]) }],
    ["a HomeDirectory that is no Entry", { HomeDirectory: "/elsewhere" }],
    ["an unknown HomeDirectoryType", { HomeDirectoryType: "VIRTUAL" }],
    ["a home directory by path without one", { HomeDirectoryType: "PATH", HomeDirectoryDetails: undefined }],
    ["a field that Transfer Family does not know", { HomeDirectoryDetail: "[]" }],
  ];
  for (const [name, answer, options] of refusals) {
    it(`refuses ${name}`, async () => {
      await fixture.start();
      fixture.grant(answer);
      expect(await errorOf(fixture.connect(options))).to.equal(refused);
      expect(fixture.identityCalls).to.not.have.length(0);
      expect(fixture.accessCalls).to.have.length(0);
    });
  }

  const answers: [string, { status?: number; body: unknown }][] = [
    ["status 500", { status: 500, body: { message: "Internal server error" } }],
    ["status 403", { status: 403, body: {} }],
    ["status 201", { status: 201, body: {} }],
    ["no JSON", { body: "<html>" }],
    ["a list", { body: [] }],
    ["null", { body: "null" }],
    ["nothing", { body: "" }],
  ];
  for (const [name, answer] of answers) {
    it(`refuses when the identity provider answers ${name}, and logs why`, async () => {
      await fixture.start();
      fixture.answer = () => answer;
      expect(await errorOf(fixture.connect())).to.equal(refused);
      const [failure] = fixture.log();
      expect(failure).to.include({ "activity-type": "AUTH_FAILURE", user: username, method: "password" });
      expect(failure?.message).to.match(/identity provider/);
    });
  }

  it("refuses when nobody answers for the identity provider, and logs why", async () => {
    await fixture.start();
    await fixture.stopIdentityProvider();
    expect(await errorOf(fixture.connect())).to.equal(refused);
    expect(fixture.log()[0]?.message).to.contain("could not be reached").and.contain("ECONNREFUSED");
  });

  it("refuses names that Transfer Family does not allow, and does not ask", async () => {
    await fixture.start();
    for (const wrong of ["ab", "with blank", "../admin", "a/b", "-ab", "x".repeat(101), "ünïcödé", ""]) {
      expect(await errorOf(fixture.connect({ username: wrong || " " })), wrong).to.equal(refused);
    }
    expect(fixture.identityCalls).to.have.length(0);
  });

  it("never logs a password", async () => {
    await fixture.start();
    await fixture.connect();
    await errorOf(fixture.connect({ password: "wrong-secret" }));
    await errorOf(fixture.connect({ username: "nobody", password: "wrong-secret" }));
    fixture.answer = ({ headers }) => ({ body: { Role: String(headers.password) } });
    await errorOf(fixture.connect({ username: "nobody", password: "another-wrong-one" }));
    const log = fixture.logLines.join("\n");
    expect(log).to.contain("AUTH_FAILURE").and.contain("CONNECTED");
    expect(log).to.not.contain("wrong-secret").and.not.contain(password);
    expect(log).to.not.contain(Buffer.from(password).toString("base64"));
  });

  describe("with several methods", () => {
    it("PASSWORD takes no key", async () => {
      await fixture.start({ authenticationMethods: "PASSWORD" });
      expect(await errorOf(fixture.connect(withKey))).to.equal(refused);
      await fixture.connect();
    });
    it("PUBLIC_KEY takes no password", async () => {
      await fixture.start({ authenticationMethods: "PUBLIC_KEY" });
      expect(await errorOf(fixture.connect())).to.equal(refused);
      await fixture.connect(withKey);
    });
    it("PUBLIC_KEY_AND_PASSWORD takes both, the key first", async () => {
      await fixture.start({ authenticationMethods: "PUBLIC_KEY_AND_PASSWORD" });
      expect(await errorOf(fixture.connect())).to.equal(refused);
      expect(await errorOf(fixture.connect(withKey))).to.equal(refused);
      const both = { ...withKey, authHandler: ["publickey", "password"] as AuthenticationType[] };
      expect(await errorOf(fixture.connect({ ...both, password: "wrong" }))).to.equal(refused);
      fixture.identityCalls.length = 0;
      await (await fixture.connect({ ...both, password })).list("/");
      expect(fixture.identityCalls.map(passwordOf)).to.deep.equal([undefined, password]);
    });
    it("PUBLIC_KEY_OR_PASSWORD lets a client offer a strange key and then its password", async () => {
      await fixture.start();
      const stranger = generateKeyPair();
      await fixture.connect({
        privateKey: stranger.privateKey,
        authHandler: ["publickey", "password"],
      });
      expect(fixture.identityCalls.map(passwordOf)).to.deep.equal([undefined, password]);
      expect(fixture.activities()).to.deep.equal(["CONNECTED"]);
    });
  });

  it("ends a connection after too many wrong passwords", async () => {
    await fixture.start({ mostFailures: 3 });
    const client = new Client();
    let attempts = 0;
    const ended = new Promise<void>((resolve) => {
      client.on("close", resolve);
    });
    client.on("error", () => {});
    client.connect({
      ...{ host: "127.0.0.1", port: fixture.endpoint.port, username },
      authHandler: (_methods, _partial, next) => {
        attempts += 1;
        next({ type: "password", username, password: `wrong ${attempts}` });
      },
    });
    await ended;
    expect(fixture.identityCalls).to.have.length(3);
  });

  it("keeps two users apart who are logged in at once", async () => {
    await fixture.start();
    fixture.answer = ({ target }) => {
      const [, name = ""] = /users\/([^/]+)\//.exec(target) ?? [];
      const HomeDirectoryDetails = JSON.stringify([{ Entry: "/in", Target: `/quayside-files/${name}/in` }]);
      return { body: { ...fixture.granted(), HomeDirectoryDetails } };
    };
    const [one, two] = await Promise.all(["one", "two"].map((name) => fixture.connect({ username: name })));
    await Promise.all([one?.put(Buffer.from("1"), "/in/a"), two?.put(Buffer.from("2"), "/in/a")]);
    expect(await fixture.text("one/in/a")).to.equal("1");
    expect(await fixture.text("two/in/a")).to.equal("2");
    const sessions = fixture.log().filter((entry) => entry["activity-type"] === "CLOSE");
    expect(new Set(sessions.map((entry) => entry["session-id"]))).to.have.property("size", 2);
    expect(fixture.events.map(({ detail }) => detail.username).sort()).to.deep.equal(["one", "two"]);
  });

  withPrograms("sftp").it("serves the stock OpenSSH client with an RSA key", async () => {
    await fixture.start();
    const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 });
    fixture.grant({ PublicKeys: [rsa.public] });
    const server = { port: fixture.endpoint.port, hostKeys: fixture.endpoint.hostKeys.map((key) => key.publicKey) };
    const result = await openssh(server, { username, privateKey: rsa.private }, ["ls -1"]);
    expect(result).to.include({ exitCode: 0, stderr: "" });
    expect(result.stdout).to.contain("claims").and.contain("reports");
  });
});

function mappings(...pairs: [entry: string, target: string][]): string {
  return JSON.stringify(pairs.map(([Entry, Target]) => ({ Entry, Target })));
}
