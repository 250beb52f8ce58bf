import { expect } from "chai";
import type { PartnerLogin } from "../../domain/ledger/entitlements/find-login";
import { objectKey, virtualPath } from "../../domain/paths";
import { type AuthorizeDependencies, authorize } from "./authorize";
import type { LoginRequest } from "./login-request";

const acme: PartnerLogin = {
  username: "acme",
  partner: "acme-health",
  hasPassword: true,
  publicKeys: ["ssh-ed25519 AAAA"],
  sourceAddresses: ["203.0.113.0/24"],
  folders: [
    {
      virtualPath: virtualPath("/claims"),
      objectPrefix: objectKey("acme-health/claims/"),
      access: "upload",
      fileGroup: "claims",
      replicate: false,
    },
  ],
};

/** Knows acme with the password "right", and keeps what was asked and logged. */
function world(overrides: Partial<AuthorizeDependencies> = {}) {
  const asked: { username: string; password: string }[] = [];
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const dependencies: AuthorizeDependencies = {
    findLogin: async (username) => (username === acme.username ? acme : null),
    checkPassword: async (username, password) => {
      asked.push({ username, password });
      return username === acme.username && password === "right" ? "right" : "wrong";
    },
    roleArn: "arn:aws:iam::000000000000:role/session",
    bucket: "files",
    keyArn: "arn:aws:kms:eu-central-1:000000000000:key/1",
    temporaryNames: ["*.uploading"],
    log: (level, message, fields = {}) => void lines.push({ level, message, fields }),
    ...overrides,
  };
  const ask = (request: Partial<LoginRequest>) =>
    authorize(
      { username: "acme", protocol: "SFTP", sourceAddress: "203.0.113.7", password: null, ...request },
      dependencies,
    );
  return { ask, asked, lines };
}

describe("authorize", () => {
  it("gives a session for the right password, without keys", async () => {
    const { ask } = world();
    const answer = await ask({ password: "right" });
    expect(answer).to.have.all.keys("Role", "Policy", "HomeDirectoryType", "HomeDirectoryDetails");
    expect(answer.Role).to.equal("arn:aws:iam::000000000000:role/session");
    expect(answer.HomeDirectoryType).to.equal("LOGICAL");
    expect(JSON.parse(answer.HomeDirectoryDetails ?? "")).to.deep.equal([
      { Entry: "/claims", Target: "/files/acme-health/claims" },
    ]);
    expect(JSON.parse(answer.Policy ?? "").Statement).to.be.an("array");
    expect(answer.Policy).to.contain("arn:aws:s3:::files/acme-health/claims/*");
    expect(answer.Policy).to.contain("arn:aws:s3:::files/acme-health/*.uploading");
  });

  it("gives the keys to a client that sends no password", async () => {
    const { ask, asked } = world();
    expect((await ask({})).PublicKeys).to.deep.equal(["ssh-ed25519 AAAA"]);
    expect(asked).to.deep.equal([]);
  });

  const noKeys = async () => ({ ...acme, publicKeys: [] });
  for (const [why, request, overrides] of [
    ["a wrong password", { password: "wrong" }, {}],
    ["an unknown user", { username: "nobody", password: "right" }, {}],
    ["another address", { sourceAddress: "198.51.100.1", password: "right" }, {}],
    ["a login without a password", { password: "right" }, { findLogin: async () => ({ ...acme, hasPassword: false }) }],
    ["a login without folders", { password: "right" }, { findLogin: async () => ({ ...acme, folders: [] }) }],
    ["a challenge", { password: "right" }, { checkPassword: async () => "challenged" as const }],
    ["a key from another address", { sourceAddress: "198.51.100.1" }, {}],
    ["a key of an unknown user", { username: "nobody" }, {}],
    ["a key where the login has none", {}, { findLogin: noKeys }],
    ["a key over FTPS", { protocol: "FTPS" }, {}],
  ] as const) {
    it(`denies ${why}, and logs it as no error`, async () => {
      const { ask, lines } = world(overrides as Partial<AuthorizeDependencies>);
      expect(await ask(request)).to.deep.equal({});
      expect(lines.map(({ level, message }) => [level, message])).to.deep.equal([["info", "login denied"]]);
      expect(lines[0]?.fields.why).to.be.a("string");
    });
  }

  it("takes a password over FTPS", async () => {
    expect(await world().ask({ protocol: "FTPS", password: "right" })).to.have.property("Role");
  });

  it("asks Cognito once for every password attempt, and about nobody where the answer is no already", async () => {
    const { ask, asked } = world();
    await ask({ password: "wrong" });
    await ask({ username: "nobody", password: "secret" });
    await ask({ sourceAddress: "198.51.100.1", password: "secret" });
    await ask({ sourceAddress: "198.51.100.1", password: "secret" });
    expect(asked).to.have.length(4);
    expect(asked[0]).to.deep.equal({ username: "acme", password: "wrong" });
    for (const { username, password } of asked.slice(1)) {
      expect(username).to.match(/^nobody-[0-9a-f]{32}$/);
      expect(password).not.to.contain("secret");
    }
    expect(new Set(asked.map(({ username }) => username)).size).to.equal(4);
  });

  it("denies even if Cognito lets nobody in", async () => {
    const { ask } = world({ checkPassword: async () => "right" });
    expect(await ask({ username: "nobody", password: "x" })).to.deep.equal({});
    expect(await ask({ sourceAddress: "198.51.100.1", password: "x" })).to.deep.equal({});
  });

  it("denies and logs an error where Cognito or the database is out of order", async () => {
    const broken = async () => {
      throw new Error("out of order");
    };
    for (const overrides of [{ checkPassword: broken }, { findLogin: broken }]) {
      const { ask, lines } = world(overrides);
      expect(await ask({ password: "right" })).to.deep.equal({});
      expect(lines.map(({ level }) => level)).to.deep.equal(["error"]);
    }
  });

  it("looks twice, for a connection that broke while nobody asked", async () => {
    let looks = 0;
    const { ask } = world({
      findLogin: async () => {
        looks += 1;
        if (looks === 1) throw new Error("connection terminated");
        return acme;
      },
    });
    expect(await ask({ password: "right" })).to.have.property("Role");
  });

  it("never logs a password", async () => {
    const { ask, lines } = world();
    for (const username of ["acme", "nobody"]) await ask({ username, password: "correct-horse" });
    expect(lines).to.have.length(2);
    expect(JSON.stringify(lines)).not.to.contain("correct-horse");
  });
});
