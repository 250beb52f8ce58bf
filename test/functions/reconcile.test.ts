import { expect } from "chai";
import type { HandOver } from "../../adapters/hand-over-secrets";
import type { Entitlements, LoginEntitlement } from "../../domain/entitlements";
import { findLogin } from "../../domain/ledger/entitlements/find-login";
import { type ReconcileDependencies, reconcile } from "../../functions/reconcile/reconcile";
import type { ReconcileInput } from "../../functions/reconcile/reconcile-input";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { publisher, subscriber } from "../partners-fixture";
import { recorders } from "./recorders";

/** Cognito, Secrets Manager and S3 as far as reconcile uses them. Any of their operations can be made to fail. */
function world(usernames: string[]) {
  const users = new Map(usernames.map((name) => [name, { password: null as string | null, enabled: true }]));
  const secrets = new Map<string, { handOver: HandOver; version: number | null }>();
  const markers: string[] = [];
  const broken = new Set<string>();
  const guard = (operation: string) => {
    if (broken.has(operation)) throw new Error(`${operation} is out of order`);
  };
  const user = (name: string) => {
    const found = users.get(name);
    if (found === undefined) throw new Error(`no user ${name}`);
    return found;
  };
  const outside: Pick<ReconcileDependencies, "passwordUsers" | "handOverSecrets" | "createFolderMarker"> = {
    passwordUsers: {
      hasPassword: async (name) => user(name).password !== null,
      setPassword: async (name, password) => {
        guard("setPassword");
        user(name).password = password;
      },
      enable: async (name) => {
        user(name).enabled = true;
      },
      disable: async (name) => {
        guard("disable");
        const found = users.get(name);
        if (found !== undefined) found.enabled = false;
      },
    },
    handOverSecrets: {
      versionInForce: async (name) => secrets.get(name)?.version ?? null,
      write: async (handOver) => {
        guard("write");
        secrets.set(handOver.username, { handOver, version: secrets.get(handOver.username)?.version ?? null });
      },
      markInForce: async (name, version) => {
        guard("markInForce");
        const secret = secrets.get(name);
        if (secret === undefined) throw new Error(`no secret of ${name}`);
        secret.version = version;
      },
      remove: async (name) => void secrets.delete(name),
    },
    createFolderMarker: async (prefix) => {
      if (markers.includes(prefix)) return false;
      markers.push(prefix);
      return true;
    },
  };
  return { users, secrets, markers, broken, outside };
}

describe("reconcile", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  const start = (usernames = ["acme-login"]) => {
    const { outside, ...state } = world(usernames);
    const recorded = recorders();
    const dependencies: ReconcileDependencies = {
      ...outside,
      ledger: fixture.ledger,
      clock: () => new Date("2026-01-01T00:00:00Z"),
      log: recorded.log,
    };
    let previous: Omit<ReconcileInput, "tf"> | null = null;
    const send = async (action: ReconcileInput["tf"]["action"], entitlements: Entitlements, more: object = {}) => {
      const destinationSecrets = Object.fromEntries(
        entitlements.destinations.map(({ name }) => [name, `push/${name}`]),
      );
      const input = { appliedBy: "reconcile", entitlements, destinationSecrets, ...more };
      const prev_input = action === "create" ? null : previous;
      const result = await reconcile({ ...input, tf: { action, prev_input } }, dependencies);
      // The program remembers what succeeded.
      previous = input;
      return result;
    };
    return { ...state, lines: recorded.lines, send };
  };
  const acmeWith = (login: Partial<LoginEntitlement>) => {
    const entitlements = publisher();
    return { ...entitlements, login: { ...(entitlements.login as LoginEntitlement), ...login } };
  };
  const stateOf = async (partner: string) => {
    const { rows } = await fixture.ledger.query<{ state: string }>("SELECT state FROM partner WHERE id = $1", [
      partner,
    ]);
    return rows[0]?.state;
  };

  it("onboards a partner: rows, folder markers, password, hand-over", async () => {
    const { send, users, secrets, markers } = start();
    expect(await send("create", publisher())).to.deep.equal({ partner: "acme", state: "active", password: "issued" });
    expect((await findLogin(fixture.ledger, "acme-login"))?.hasPassword).to.equal(true);
    expect(markers).to.deep.equal(["acme/claims/", "acme/inbox/"]);
    const password = users.get("acme-login")?.password ?? "";
    expect(password.length).to.be.greaterThanOrEqual(24);
    expect(secrets.get("acme-login")).to.deep.equal({
      handOver: { username: "acme-login", password, passwordVersion: 1, issuedAt: "2026-01-01T00:00:00.000Z" },
      version: 1,
    });
  });

  it("returns and logs no password", async () => {
    const { send, users, lines } = start();
    const result = await send("create", publisher());
    const password = users.get("acme-login")?.password ?? "none was set";
    expect(JSON.stringify([result, lines])).not.to.contain(password);
  });

  it("keeps the password, and rotates it where its version was raised", async () => {
    const { send, users } = start();
    await send("create", publisher());
    const first = users.get("acme-login")?.password;
    expect((await send("update", acmeWith({ sourceAddresses: ["203.0.113.0/24"] }))).password).to.equal("kept");
    expect(users.get("acme-login")?.password).to.equal(first);
    expect((await send("update", acmeWith({ passwordVersion: 2 }))).password).to.equal("issued");
    expect(users.get("acme-login")?.password).not.to.equal(first);
  });

  it("issues a password again to a user that Cognito has anew", async () => {
    const { send, users } = start();
    await send("create", publisher());
    users.set("acme-login", { password: null, enabled: true });
    expect((await send("update", acmeWith({ publicKeys: ["ssh-ed25519 AAAA"] }))).password).to.equal("issued");
    expect(users.get("acme-login")?.password).to.be.a("string");
  });

  for (const operation of ["write", "setPassword", "markInForce"]) {
    it(`ends with one password in both places after a failure of ${operation}`, async () => {
      const { send, users, secrets, broken } = start();
      broken.add(operation);
      const error = await send("create", publisher()).catch((failure: Error) => failure.message);
      expect(error).to.equal(`${operation} is out of order`);
      broken.clear();
      await send("create", publisher());
      expect(users.get("acme-login")?.password).to.be.a("string");
      expect(secrets.get("acme-login")?.handOver.password).to.equal(users.get("acme-login")?.password);
      expect(secrets.get("acme-login")?.version).to.equal(1);
    });
  }

  it("takes a password away and gives a new one back", async () => {
    const { send, users, secrets } = start();
    await send("create", publisher());
    const first = users.get("acme-login")?.password;
    expect((await send("update", acmeWith({ passwordVersion: null }))).password).to.equal("none");
    expect(users.get("acme-login")?.enabled).to.equal(false);
    expect(secrets.size).to.equal(0);
    expect((await send("update", publisher())).password).to.equal("issued");
    expect(users.get("acme-login")).to.include({ enabled: true });
    expect(users.get("acme-login")?.password).not.to.equal(first);
  });

  it("closes the user name that a login had before, also after a failure in between", async () => {
    const { send, users, secrets, broken } = start(["acme-login", "acme-2"]);
    await send("create", publisher());
    broken.add("disable");
    const renamed = acmeWith({ username: "acme-2" });
    expect(await send("update", renamed).catch((failure: Error) => failure.message)).to.contain("out of order");
    broken.clear();
    await send("update", renamed);
    expect(users.get("acme-login")?.enabled).to.equal(false);
    expect([...secrets.keys()]).to.deep.equal(["acme-2"]);
  });

  it("does not close a user name that has moved to another partner", async () => {
    const { send, users } = start();
    await send("create", publisher());
    await fixture.ledger.query("DELETE FROM login");
    const login = publisher().login;
    await send("create", publisher("zeta", { login }));
    await send("delete", publisher());
    expect(await stateOf("acme")).to.equal("disabled");
    expect(users.get("acme-login")?.enabled).to.equal(true);
  });

  describe("on delete", () => {
    it("disables the login and keeps the rest", async () => {
      const { send, users, secrets } = start();
      await send("create", publisher());
      expect(await send("delete", publisher())).to.deep.equal({ partner: "acme", state: "disabled", password: "none" });
      expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
      expect(users.get("acme-login")?.enabled).to.equal(false);
      expect(secrets.size).to.equal(0);
      expect((await fixture.ledger.query("SELECT FROM folder")).rowCount).to.equal(2);
    });

    it("finishes what an earlier try left", async () => {
      const { send, users, broken } = start();
      await send("create", publisher());
      broken.add("disable");
      await send("delete", publisher()).catch(() => {});
      expect(users.get("acme-login")?.enabled).to.equal(true);
      broken.clear();
      await send("delete", publisher());
      expect(users.get("acme-login")?.enabled).to.equal(false);
    });

    it("does nothing after the create of what replaced it, and says who keeps access", async () => {
      const { send, users, lines } = start();
      await send("create", publisher(), { appliedBy: "old function" });
      await send("create", publisher(), { appliedBy: "new function" });
      expect(await send("delete", publisher(), { appliedBy: "old function" })).to.deep.include({ state: "superseded" });
      expect(lines.filter(({ level }) => level === "error")).to.deep.equal([
        {
          ...{ level: "error", message: "access kept" },
          fields: { source: "old function/acme", partner: "acme", sources: ["new function/acme"] },
        },
      ]);
      expect(await findLogin(fixture.ledger, "acme-login")).not.to.equal(null);
      expect(users.get("acme-login")?.enabled).to.equal(true);
      expect(await send("delete", publisher(), { appliedBy: "new function" })).to.deep.include({ state: "disabled" });
    });

    it("works while a replacement that broke off is not complete", async () => {
      const { send, broken } = start();
      await send("create", publisher(), { appliedBy: "old function" });
      broken.add("disable");
      const changed = acmeWith({ username: "acme-2", passwordVersion: null });
      await send("create", changed, { appliedBy: "new function" }).catch(() => {});
      broken.clear();
      expect(await send("delete", publisher(), { appliedBy: "old function" })).to.deep.include({ state: "disabled" });
      expect(await stateOf("acme")).to.equal("disabled");
    });

    it("works with an input from before an update, whether that broke off or was never noted", async () => {
      for (const failing of ["write", "nothing"]) {
        const { send, broken } = start();
        await send("create", publisher());
        broken.add(failing);
        await send("update", acmeWith({ passwordVersion: 2 })).catch(() => {});
        broken.clear();
        expect(await send("delete", publisher())).to.deep.include({ state: "disabled" });
      }
    });

    it("works with the id from before a rename that broke off", async () => {
      const { send, broken, users } = start();
      await send("create", publisher());
      broken.add("write");
      const renamed = { ...acmeWith({ passwordVersion: 2 }), partner: "umbra", previously: ["acme"] };
      expect(await send("update", renamed).catch((failure: Error) => failure.message)).to.contain("out of order");
      expect(await send("delete", publisher())).to.deep.include({ partner: "umbra", state: "disabled" });
      expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
      expect(users.get("acme-login")?.enabled).to.equal(false);
    });

    it("works for a row from before sources were noted", async () => {
      const { send } = start();
      await send("create", publisher());
      await fixture.ledger.query("UPDATE partner SET sources = '{}'");
      expect(await send("delete", publisher())).to.deep.include({ state: "disabled" });
    });

    it("does nothing about a partner that nobody knows", async () => {
      const { send, lines } = start();
      expect(await send("delete", subscriber())).to.deep.include({ state: "superseded" });
      expect(lines.filter(({ level }) => level === "error")).to.deep.equal([]);
    });
  });

  it("brings a deleted partner back, with a new password", async () => {
    const { send, users } = start();
    await send("create", publisher());
    const first = users.get("acme-login")?.password;
    await send("delete", publisher());
    expect((await send("create", publisher())).password).to.equal("issued");
    expect(await stateOf("acme")).to.equal("active");
    expect(users.get("acme-login")?.password).not.to.equal(first);
    expect(users.get("acme-login")?.enabled).to.equal(true);
  });
});
