import { expect } from "chai";
import type { Entitlements } from "../../domain/entitlements";
import { applyEntitlements } from "../../domain/ledger/entitlements/apply-entitlements";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import { findFolder } from "../../domain/ledger/entitlements/find-folder";
import { findLogin } from "../../domain/ledger/entitlements/find-login";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { folder, publisher, subscriber, subscription } from "../partners-fixture";
import { ended, plainStack, uploaded } from "../uploads-fixture";

describe("entitlements in the ledger", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  const apply = (
    entitlements: Entitlements,
    secrets: Record<string, string> = { main: "push/main", other: "push/other" },
  ) => fixture.ledger.transaction((transaction) => applyEntitlements(transaction, entitlements, secrets, "source"));

  const routeOne = async () => {
    const upload = uploaded();
    await recordUpload(fixture.ledger, upload, { partner: "acme", fileGroup: "claims" }, plainStack);
    return recordUploadEnd(fixture.ledger, ended(upload), plainStack);
  };

  describe("applyEntitlements", () => {
    it("writes a login with all it may do", async () => {
      const login = {
        username: "acme-login",
        endpoint: "partner" as const,
        passwordVersion: 3,
        publicKeys: ["ssh-ed25519 AAAA", "ssh-rsa BBBB"],
        sourceAddresses: ["203.0.113.0/24", "2001:db8::/32"],
      };
      await apply(publisher("acme", { login }));
      expect(await findLogin(fixture.connect("quayside_authorize", 1), "acme-login")).to.deep.equal({
        username: "acme-login",
        partner: "acme",
        hasPassword: true,
        publicKeys: login.publicKeys,
        sourceAddresses: login.sourceAddresses,
        folders: publisher().folders,
      });
    });

    it("replaces login and folders, and names the user name that is gone", async () => {
      expect((await apply(publisher())).formerUsername).to.equal(null);
      expect((await apply(publisher())).formerUsername).to.equal(null);
      const login = { ...publisher().login, username: "acme-2" } as Entitlements["login"];
      const changed = publisher("acme", { login, folders: [folder("acme", "/claims", "download", null)] });
      expect((await apply(changed)).formerUsername).to.equal("acme-login");
      expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
      expect((await findLogin(fixture.ledger, "acme-2"))?.folders).to.deep.equal(changed.folders);
      expect((await apply(publisher("acme", { login: null }))).formerUsername).to.equal("acme-2");
    });

    it("refuses a user name that another partner has, in words, and changes nothing", async () => {
      await apply(publisher("acme"));
      const login = { ...publisher().login, username: "acme-login" } as Entitlements["login"];
      const error = await apply(publisher("zeta", { login })).catch((failure: Error) => failure.message);
      expect(error).to.contain('user name "acme-login" belongs to partner acme');
      expect((await fixture.ledger.query("SELECT FROM partner WHERE id = 'zeta'")).rowCount).to.equal(0);
    });

    describe("under the id of a partner that was removed", () => {
      beforeEach(async () => {
        await apply(publisher("acme", { name: "Acme Health" }));
        await fixture.ledger.transaction((transaction) => disablePartner(transaction, "acme", "source"));
      });
      const newcomer = (overrides: Partial<Entitlements> = {}) =>
        apply(publisher("acme", { name: "Acme Logistics", ...overrides })).catch((failure: Error) => failure.message);

      it("refuses another organisation, in words, and opens no folder to it", async () => {
        expect(await newcomer()).to.equal(
          '"acme" was Acme Health, which was removed; its files and history are still under that id. Give Acme Logistics another id. If it is the same organisation, deploy it once with `name: Acme Health`, and change the name after that',
        );
        expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
      });

      it("lets the same organisation come back, and then be called anything", async () => {
        await apply(publisher("acme", { name: "Acme Health" }));
        expect(await newcomer()).to.deep.include({ formerId: null });
        expect(await newcomer()).to.deep.include({ formerId: null });
      });

      it("lets another id take it over where its files declare that", async () => {
        const declared = publisher("acme", { partner: "umbra", name: "Umbra Health", previously: ["acme"] });
        expect((await apply(declared)).formerId).to.equal("acme");
        expect((await findLogin(fixture.ledger, "acme-login"))?.partner).to.equal("umbra");
      });
    });

    describe("under the first id of a partner that was renamed", () => {
      const umbra = publisher("acme", { partner: "umbra", name: "Umbra Health", previously: ["acme"] });
      const newcomer = () => apply(publisher("acme", { login: null, name: "Acme Logistics" }));

      const states: [state: string, last: Entitlements][] = [
        ["is there", umbra],
        ["was removed", umbra],
        ["was removed after its last folder", { ...umbra, folders: [] }],
      ];
      for (const [state, last] of states) {
        it(`refuses another organisation where that one ${state}`, async () => {
          await apply(publisher());
          await apply(umbra);
          await apply(last);
          if (state !== "is there") {
            await fixture.ledger.transaction((transaction) => disablePartner(transaction, "umbra", "source"));
          }
          const error = await newcomer().catch((failure: Error) => failure.message);
          expect(error).to.equal(
            'the files under "acme/" are those of Umbra Health, which was "acme" before it became "umbra". Give Acme Logistics another id. If it is the same organisation, list its former ids in `previously`, "acme" first and "umbra" last',
          );
        });
      }

      it("lets the renamed one come back under it", async () => {
        await apply(umbra);
        await fixture.ledger.transaction((transaction) => disablePartner(transaction, "umbra", "source"));
        const back = publisher("acme", { name: "Acme Health", previously: ["acme", "umbra"] });
        expect((await apply(back)).formerId).to.equal("umbra");
        expect((await findLogin(fixture.ledger, "acme-login"))?.partner).to.equal("acme");
      });
    });

    it("refuses a destination without a secret", async () => {
      const error = await apply(subscriber("beta"), {}).catch((failure: Error) => failure.message);
      expect(error).to.equal("destination beta/main has no secret");
    });

    it("makes destinations and subscriptions inactive that are gone, and active again when they return", async () => {
      const [destination] = subscriber().destinations;
      const both = subscriber("beta", {
        destinations: [
          ...subscriber().destinations,
          { ...(destination as NonNullable<typeof destination>), name: "other" },
        ],
        subscriptions: [subscription("claims"), subscription("more")],
      });
      const activity = async () => {
        const { rows } = await fixture.ledger.query<{ id: string; active: boolean }>(
          "SELECT id, active FROM destination UNION ALL SELECT id, active FROM subscription ORDER BY id",
        );
        return Object.fromEntries(rows.map(({ id, active }) => [id, active]));
      };
      await apply(both);
      expect(await activity()).to.deep.equal({
        "beta/claims": true,
        "beta/main": true,
        "beta/more": true,
        "beta/other": true,
      });
      await apply(subscriber());
      expect(await activity()).to.deep.equal({
        "beta/claims": true,
        "beta/main": true,
        "beta/more": false,
        "beta/other": false,
      });
      await apply(both);
      expect(Object.values(await activity())).to.deep.equal([true, true, true, true]);
    });

    it("cancels what a subscription that is gone had not delivered, and says why", async () => {
      await apply(publisher());
      const toCsv = { kind: "convert", from: "json", to: "csv", sql: null } as const;
      await apply(
        subscriber("beta", { subscriptions: [subscription("keep"), subscription("more", { transform: [toCsv] })] }),
      );
      await routeOne();
      expect((await apply(subscriber("beta", { subscriptions: [subscription("keep")] }))).cancelled).to.equal(1);
      const { rows } = await fixture.ledger.query(
        "SELECT subscription, state, reason FROM delivery ORDER BY subscription",
      );
      expect(rows).to.deep.equal([
        { subscription: "beta/keep", state: "ready", reason: null },
        { subscription: "beta/more", state: "cancelled", reason: "subscription more was removed" },
      ]);
    });
  });

  it("a subscription taken away while an upload is routed leaves no delivery behind", async () => {
    await apply(publisher());
    for (let round = 0; round < 20; round += 1) {
      await apply(subscriber());
      await Promise.all([routeOne(), apply(subscriber("beta", { subscriptions: [] }))]);
      const { rows } = await fixture.ledger.query("SELECT state FROM delivery WHERE state NOT IN ('cancelled')");
      expect(rows, `round ${round}`).to.deep.equal([]);
    }
  });

  describe("disablePartner", () => {
    const disable = (partner: string, source = "source") =>
      fixture.ledger.transaction((transaction) => disablePartner(transaction, partner, source));

    it("ends access and subscriptions and keeps the rest", async () => {
      await apply(publisher());
      await apply(subscriber());
      await routeOne();
      expect(await disable("acme")).to.deep.equal({
        ...{ outcome: "disabled", partner: "acme", username: "acme-login", cancelled: 0 },
      });
      expect(await disable("beta")).to.deep.include({ username: null, cancelled: 1 });
      expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
      expect(await findFolder(fixture.ledger, "acme/claims/a.json")).to.equal(null);
      const { rows } = await fixture.ledger.query(
        `SELECT (SELECT count(*) FROM folder) AS folders, (SELECT count(*) FROM transfer) AS transfers,
                (SELECT count(*) FROM subscription WHERE active) AS subscriptions,
                (SELECT count(*) FROM destination WHERE active) AS destinations`,
      );
      expect(rows[0]).to.deep.equal({ folders: 2, transfers: 1, subscriptions: 0, destinations: 0 });
    });

    it("leaves a partner alone that comes from another source, and names it", async () => {
      await apply(publisher());
      expect(await disable("acme", "an older source")).to.deep.equal({
        ...{ outcome: "superseded", kept: { partner: "acme", sources: ["source"] } },
      });
      expect(await disable("nobody")).to.deep.equal({ outcome: "superseded", kept: null });
      expect(await findLogin(fixture.ledger, "acme-login")).not.to.equal(null);
    });
  });

  describe("findLogin", () => {
    it("knows no login of the internal endpoint", async () => {
      const login = { ...publisher().login, endpoint: "internal" } as Entitlements["login"];
      await apply(publisher("acme", { login }));
      expect(await findLogin(fixture.ledger, "acme-login")).to.equal(null);
    });

    it("minds case, and takes a name as it is", async () => {
      await apply(publisher());
      expect(await findLogin(fixture.ledger, "ACME-LOGIN")).to.equal(null);
      expect(await findLogin(fixture.ledger, "acme%")).to.equal(null);
    });
  });

  describe("findFolder", () => {
    beforeEach(() =>
      apply(
        publisher("acme", {
          folders: [...publisher().folders, folder("acme", "/shared", "both", "reports", { replicate: true })],
        }),
      ),
    );

    const claims = { objectPrefix: "acme/claims/", access: "upload", fileGroup: "claims", replicate: false };
    for (const [key, expected] of [
      ["acme/claims/a.json", claims],
      ["acme/claims/2026/01/a.json", claims],
      ["acme/shared/a.json", { objectPrefix: "acme/shared/", access: "both", fileGroup: "reports", replicate: true }],
      ["acme/inbox/a.json", { objectPrefix: "acme/inbox/", access: "download", fileGroup: null, replicate: false }],
      ["acme/claims-old/a.json", null],
      ["acme/a.json", null],
      ["other/claims/a.json", null],
      [".transformed/7/a.json", null],
      ["a.json", null],
    ] as const) {
      it(`${key} → ${expected?.objectPrefix ?? "none"}`, async () => {
        const found = await findFolder(fixture.ledger, key);
        expect(found).to.deep.equal(expected && { partner: "acme", ...expected });
      });
    }

    it("follows what the partner's files say", async () => {
      await apply(publisher("acme", { folders: [folder("acme", "/shared", "both", "reports")] }));
      expect((await findFolder(fixture.ledger, "acme/shared/a.json"))?.replicate).to.equal(false);
    });
  });
});
