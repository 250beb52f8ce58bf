import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { openLedger } from "../../domain/ledger/ledger";
import { errorOf } from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";

describe("the ledger's connections", () => {
  let fixture: LedgerFixture;
  before(async () => {
    fixture = await startLedger();
  });
  after(() => fixture.stop());

  it("do not wait for ever for a server that went silent", async () => {
    const { address } = fixture;
    const sockets: Socket[] = [];
    let silent = false;
    const proxy = createServer((client) => {
      const upstream = connect(address.port, address.host);
      sockets.push(client, upstream);
      client.on("data", (data) => void (silent || upstream.write(data)));
      upstream.on("data", (data) => void (silent || client.write(data)));
      for (const socket of [client, upstream]) socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const ledger = openLedger({
      ...{ ...address, port, user: "quayside_service", password: async () => "an IAM token" },
      answerMilliseconds: 500,
    });
    const outcome = await errorOf(
      ledger.transaction(async (transaction) => {
        await ledger.query("SELECT 1");
        silent = true;
        expect((await errorOf(ledger.query("SELECT 2"))).message).to.equal("Query read timeout");
        await transaction.query("SELECT 3");
      }),
    );
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await ledger.close();
    expect(outcome.message).to.equal("Query read timeout");
  });

  it("have the server end a statement before it is given up here", async () => {
    const ledger = openLedger({
      ...{ ...fixture.address, user: "quayside_service", password: async () => "an IAM token" },
      answerMilliseconds: 500,
    });
    expect(await errorOf(ledger.query("SELECT pg_sleep(60)"))).to.have.property("code", "57014");
    await ledger.close();
  });

  it("are not kept where they lead to a server that may not write any more", async () => {
    const ledger = fixture.connect("quayside_service", 1);
    await ledger.transaction((transaction) =>
      transaction.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    );
    const write = () => ledger.transaction((transaction) => transaction.query("UPDATE drain SET job_id = job_id"));
    expect(await errorOf(write())).to.have.property("code", "25006");
    await write();
  });
});
