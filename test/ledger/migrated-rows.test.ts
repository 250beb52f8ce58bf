import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import type { Ledger } from "../../domain/ledger/ledger";
import { migrate } from "../../domain/ledger/migrate";
import { type LedgerFixture, migrationsFolder, startLedger } from "../ledger-fixture";
import { publisher } from "../partners-fixture";

describe("a ledger that was in use before a migration", () => {
  let fixture: LedgerFixture;
  let master: Ledger;
  let older: string;
  before(async () => {
    fixture = await startLedger();
    older = await mkdtemp(join(tmpdir(), "quayside-migrations-"));
    const files = (await readdir(migrationsFolder)).filter((name) => name < "005");
    for (const name of files) await copyFile(join(migrationsFolder, name), join(older, name));
    master = fixture.connect("master", 1);
    await master.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC");
    await migrate(master, older);
    await master.query(
      `INSERT INTO partner (id, name, inputs) VALUES
         ('acme', 'Acme', '{hash}'), ('umbra', 'Umbra', '{hash}'), ('beta', 'Beta', '{hash}');
       INSERT INTO folder (partner, virtual_path, object_prefix, access) VALUES
         ('acme', '/in', 'acme/in/', 'download'),
         ('umbra', '/in', 'former/in/', 'download'), ('umbra', '/out', 'former/out/', 'upload');
       INSERT INTO subscription (id, partner, name, file_group, transform, delivery) VALUES
         ('beta/push', 'beta', 'push', 'claims', '[]', '{"kind": "push", "destination": "main"}'),
         ('beta/place', 'beta', 'place', 'claims', '[]', '{"kind": "place", "virtualPath": "/in"}');
       WITH upload AS (
         INSERT INTO transfer (bucket, object_key, version_id, partner, file_group, file_name, size, etag, sequencer, uploaded_at)
         VALUES ('files', 'acme/in/a', 'v', 'acme', 'claims', 'a', 1, 'e', '0055AED6DC00', now()) RETURNING id)
       INSERT INTO delivery (transfer, subscription, state, queue, send_queue, object_key, version_id, size, final_name)
       SELECT id, 'beta/push', 'ready', 'push:beta/main', 'push:beta/main', 'acme/in/a', 'v', 1, 'a' FROM upload`,
    );
    await migrate(master, migrationsFolder);
  });
  after(async () => {
    await fixture.stop();
    await rm(older, { recursive: true });
  });

  it("knows whose files are under which prefix", async () => {
    const { rows } = await master.query("SELECT root, partner FROM object_root ORDER BY root");
    expect(rows).to.deep.equal([
      { root: "acme", partner: "acme" },
      { root: "beta", partner: "beta" },
      { root: "former", partner: "umbra" },
    ]);
  });

  it("ends a partner whose resource is deleted before it was applied again, and only then", async () => {
    const remove = (partner: string) => master.transaction((transaction) => disablePartner(transaction, partner, "a"));
    expect(await remove("former")).to.deep.include({ outcome: "disabled", partner: "umbra" });
    await fixture.seed(publisher("acme"));
    expect(await remove("acme")).to.deep.include({ outcome: "superseded" });
  });

  it("knows in which order the files of one name were uploaded", async () => {
    const { rows } = await master.query("SELECT sequencer FROM delivery");
    expect(rows).to.deep.equal([{ sequencer: "0055AED6DC" }]);
  });

  it("knows where each subscription delivers", async () => {
    const { rows } = await master.query("SELECT id, send_queue FROM subscription ORDER BY id");
    expect(rows).to.deep.equal([
      { id: "beta/place", send_queue: "place:beta" },
      { id: "beta/push", send_queue: "push:beta/main" },
    ]);
  });
});
