import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { OnConflict } from "../../domain/entitlements";
import type { Ledger } from "../../domain/ledger/ledger";
import { remotePath } from "../../domain/paths";
import { addDelivery, deliveryRow, publisher, sha256, statesOf, subscriber, subscription } from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { type OpensshServer, startOpensshServer, withSshd } from "./openssh-server";
import { type Objects, runSend } from "./send-fixture";

const queue = "push:acme/inbox";

withSshd().describe("the send job, pushing to OpenSSH's own server", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  let server: OpensshServer;
  let objects: Objects;

  before(async () => {
    fixture = await startLedger();
    ledger = fixture.ledger;
  });
  after(() => fixture?.stop());
  beforeEach(async () => {
    await fixture.clear();
    server = await startOpensshServer();
    objects = new Map();
  });
  afterEach(() => server?.stop());

  async function seed(onConflict: OnConflict, hostKeys: readonly string[]): Promise<void> {
    const { port, username } = server;
    const delivery = {
      ...{ kind: "push" as const, destination: "inbox", fileName: "{name}", onConflict },
      remotePath: remotePath(server.folder),
    };
    await fixture.seed(
      publisher,
      subscriber("acme", {
        destination: { port, username, hostKeys: [...hostKeys], authentication: "key" },
        subscriptions: [subscription("claims", delivery)],
      }),
    );
  }

  async function add(finalName: string, content: Uint8Array): Promise<number> {
    const { id, versionId } = await addDelivery(ledger, { subscription: "acme/claims", queue, finalName, content });
    objects.set(versionId, content);
    return id;
  }
  const run = () => runSend({ ledger, queue, objects, credentials: { privateKey: server.privateKey } });
  const received = (name: string) => readFile(join(server.folder, name));

  for (const type of [0, 1, 2]) {
    it(`gets the pinned host key shown, whichever the server prefers (${["ed25519", "ecdsa", "rsa"][type]})`, async () => {
      await seed("replace", server.hostKeys.slice(type, type + 1));
      const content = randomBytes(500_000);
      const id = await add("a.bin", content);
      expect(await run().outcome).to.equal("drained");
      expect(await received("a.bin")).to.deep.equal(content);
      expect(await readdir(server.folder)).to.deep.equal(["a.bin"]);
      expect(await deliveryRow(ledger, id)).to.include({ state: "delivered", sha256: sha256(content) });
    });
  }

  it("replaces in one step, and numbers without overwriting", async () => {
    await writeFile(join(server.folder, "a.csv"), "old");
    await seed("replace", server.hostKeys.slice(0, 2));
    await add("a.csv", Buffer.from("new"));
    await run().outcome;
    expect((await received("a.csv")).toString()).to.equal("new");
    await seed("rename", server.hostKeys.slice(0, 2));
    await add("a.csv", Buffer.from("newer"));
    await run().outcome;
    expect((await received("a-1.csv")).toString()).to.equal("newer");
    expect((await received("a.csv")).toString()).to.equal("new");
    await seed("fail", server.hostKeys.slice(0, 2));
    const id = await add("a.csv", Buffer.from("newest"));
    await run().outcome;
    expect((await deliveryRow(ledger, id)).state).to.equal("failed");
    expect((await readdir(server.folder)).sort()).to.deep.equal(["a-1.csv", "a.csv"]);
  });

  it("fails a whole folder at once where the server refuses", async () => {
    await seed("replace", server.hostKeys.slice(0, 2));
    await mkdir(join(server.folder, "closed"), { mode: 0o555 });
    await ledger.query(
      `UPDATE subscription SET delivery = jsonb_set(delivery, '{remotePath}', to_jsonb($1::text)) WHERE id = 'acme/claims'`,
      [join(server.folder, "closed")],
    );
    for (let i = 0; i < 20; i++) await add(`${i}.csv`, Buffer.from("x"));
    const { outcome, notifications } = run();
    await outcome;
    expect(await statesOf(ledger)).to.deep.equal({ failed: 20 });
    expect(notifications.length).to.equal(1);
    expect(notifications[0]?.message).to.include("may not write to folder");
  });

  it("starts anew after the server has cut the connection", async () => {
    await seed("replace", server.hostKeys.slice(0, 2));
    const content = randomBytes(2_000_000);
    const { id, versionId } = await addDelivery(ledger, {
      ...{ subscription: "acme/claims", queue, finalName: "a.bin", content },
    });
    let reads = 0;
    objects.set(versionId, async function* () {
      reads++;
      yield content.subarray(0, 1_000_000);
      if (reads === 1) server.cutConnections();
      yield content.subarray(1_000_000);
    });
    expect(await run().outcome).to.equal("drained");
    expect(reads).to.equal(2);
    expect(await received("a.bin")).to.deep.equal(content);
    expect(await deliveryRow(ledger, id)).to.include({ state: "delivered", attempts: 2 });
  });
});
