import { expect } from "chai";
import { migrate } from "../../domain/ledger/migrate";
import { deliveryMoves, transferMoves } from "../../domain/ledger/states";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { type LedgerFixture, type LedgerUser, migrationsFolder, startLedger } from "../ledger-fixture";
import { publisher, subscriber } from "../partners-fixture";
import { plainStack, uploaded } from "../uploads-fixture";

describe("the ledger's schema", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());
  beforeEach(() => fixture.clear());

  it("is applied once", async () => {
    expect(await migrate(fixture.connect("master", 1), migrationsFolder)).to.deep.equal([]);
    const { rows } = await fixture.ledger.query<{ name: string }>("SELECT name FROM migration ORDER BY name");
    expect(rows.map(({ name }) => name)).to.deep.equal([
      "001-ledger.sql",
      "002-roles.sql",
      "003-partner-rename.sql",
      "004-private-service.sql",
      "005-object-roots.sql",
      "006-partner-sources.sql",
      "007-cancelled-while-sending.sql",
      "008-send-queues.sql",
      "010-settling.sql",
      "011-attempts.sql",
    ]);
  });

  it("allows the moves of states.ts and no other", async () => {
    const { rows } = await fixture.ledger.query<{ move: string }>(
      "SELECT subject || ': ' || from_state || ' → ' || to_state AS move FROM allowed_move",
    );
    const declared = Object.entries({ transfer: transferMoves, delivery: deliveryMoves }).flatMap(([subject, moves]) =>
      Object.entries(moves).flatMap(([from, to]) => to.map((state: string) => `${subject}: ${from} → ${state}`)),
    );
    expect(rows.map(({ move }) => move)).to.have.members(declared);
  });

  it("knows the states of states.ts and no other", async () => {
    const { rows } = await fixture.ledger.query<{ table: string; definition: string }>(
      `SELECT conrelid::regclass::text AS "table", pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE conname IN ('transfer_state_check', 'delivery_state_check') ORDER BY 1`,
    );
    const states = rows.map(({ definition }) => [...definition.matchAll(/'(\w+)'::text/g)].map(([, state]) => state));
    expect(states[0]).to.have.members(Object.keys(deliveryMoves));
    expect(states[1]).to.have.members(Object.keys(transferMoves));
  });

  describe("with a transfer and a delivery", () => {
    const create = async (transferState: string, deliveryState: string) => {
      await fixture.seed(publisher(), subscriber());
      const { rows } = await fixture.ledger.query<{ delivery: number; transfer: number }>(
        `WITH new_transfer AS (
           INSERT INTO transfer (bucket, object_key, version_id, partner, file_group, file_name, size, etag, sequencer,
                                 state, uploaded_at)
           VALUES ('files', 'acme/claims/a', gen_random_uuid()::text, 'acme', 'claims', 'a', 1, 'e', '1', $1, now())
           RETURNING id)
         INSERT INTO delivery (transfer, subscription, state, queue, send_queue, object_key, version_id, size,
                               final_name, lease_until)
         SELECT id, 'beta/claims', $2, 'q', 'q', 'k', 'v', 1, 'a',
                CASE WHEN $2 IN ('transforming', 'sending') THEN now() END FROM new_transfer
         RETURNING id AS delivery, transfer`,
        [transferState, deliveryState],
      );
      const [row] = rows;
      if (row === undefined) throw new Error("nothing was inserted");
      return row;
    };
    const leaseOf = (state: string) => (["transforming", "sending"].includes(state) ? "now()" : "NULL");

    for (const [from, allowed] of Object.entries(transferMoves)) {
      for (const to of Object.keys(transferMoves).filter((state) => state !== from)) {
        const isAllowed = (allowed as readonly string[]).includes(to);
        it(`${isAllowed ? "lets" : "does not let"} a transfer move from ${from} to ${to}`, async () => {
          const { transfer } = await create(from, "ready");
          const error = await fixture.ledger
            .query("UPDATE transfer SET state = $2, reason = 'why' WHERE id = $1", [transfer, to])
            .catch((failure: Error) => failure.message);
          const changes = await fixture.ledger.query(
            "SELECT from_state, to_state, reason FROM state_change WHERE transfer = $1 ORDER BY id",
            [transfer],
          );
          if (isAllowed) {
            expect(changes.rows).to.deep.include({ from_state: from, to_state: to, reason: "why" });
          } else {
            expect(error).to.equal(`transfer ${transfer} may not move from ${from} to ${to}`);
            expect(changes.rows).to.deep.equal([{ from_state: null, to_state: from, reason: null }]);
          }
        });
      }
    }

    for (const [from, allowed] of Object.entries(deliveryMoves)) {
      for (const to of Object.keys(deliveryMoves).filter((state) => state !== from)) {
        const isAllowed = (allowed as readonly string[]).includes(to);
        it(`${isAllowed ? "lets" : "does not let"} a delivery move from ${from} to ${to}`, async () => {
          const { delivery } = await create("routed", from);
          const error = await fixture.ledger
            .query(`UPDATE delivery SET state = $2, lease_until = ${leaseOf(to)} WHERE id = $1`, [delivery, to])
            .then(() => null)
            .catch((failure: Error) => failure.message);
          expect(error).to.equal(isAllowed ? null : `delivery ${delivery} may not move from ${from} to ${to}`);
        });
      }
    }
  });

  describe("gives each role what it needs and no more", () => {
    const denied = async (role: LedgerUser, statement: string) => {
      const error = await fixture
        .connect(role, 1)
        .query(statement)
        .then(() => "allowed")
        .catch((failure: Error) => failure.message);
      expect(error, statement).to.contain("permission denied");
    };

    it("authorize reads entitlements only", async () => {
      await fixture.seed(publisher());
      const authorize = fixture.connect("quayside_authorize", 1);
      for (const table of ["partner", "login", "folder"]) {
        expect((await authorize.query(`SELECT FROM ${table}`)).rowCount, table).to.be.greaterThan(0);
        await denied("quayside_authorize", `DELETE FROM ${table}`);
      }
      for (const table of ["transfer", "delivery", "subscription", "destination", "replica", "scan_result"]) {
        await denied("quayside_authorize", `SELECT FROM ${table}`);
      }
    });

    it("replicate knows what it has copied, and nothing else", async () => {
      await fixture
        .connect("quayside_replicate", 1)
        .query("INSERT INTO replica (object_key, sequencer, version_id, removed) VALUES ('acme/a', '1', 'v', false)");
      await denied("quayside_replicate", "DELETE FROM replica");
      const { rows } = await fixture.ledger.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'replica'",
      );
      expect(rows).to.not.have.length(0);
      for (const { name } of rows) await denied("quayside_replicate", `SELECT FROM ${name}`);
    });

    it("the service deletes no history and changes no rules", async () => {
      await fixture.seed(publisher());
      await recordUpload(fixture.ledger, uploaded(), { partner: "acme", fileGroup: "claims" }, plainStack);
      for (const table of [
        "partner",
        "subscription",
        "destination",
        "transfer",
        "delivery",
        "upload_end",
        "scan_result",
      ]) {
        await denied("quayside_service", `DELETE FROM ${table}`);
      }
      await denied("quayside_service", "UPDATE scan_result SET status = 'NO_THREATS_FOUND'");
      await denied("quayside_service", "UPDATE state_change SET reason = 'forged'");
      await denied("quayside_service", "INSERT INTO allowed_move VALUES ('transfer', 'truncated', 'routed')");
      await denied("quayside_service", "TRUNCATE state_change");
    });
  });
});
