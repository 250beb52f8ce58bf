import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect } from "chai";
import { freePort } from "../free-port";
import { startPostgres } from "./postgres";

describe("startPostgres", () => {
  it("takes another port where somebody has taken the first meanwhile", async () => {
    const somebody = createServer().listen(0, "127.0.0.1");
    await once(somebody, "listening");
    const { port: taken } = somebody.address() as AddressInfo;
    const ports = [taken];
    const postgres = await startPostgres({ choosePort: async () => ports.shift() ?? freePort() });
    try {
      expect(postgres.port).to.not.equal(taken);
      expect(await postgres.administer("SELECT 1 AS one")).to.deep.equal([{ one: 1 }]);
    } finally {
      await postgres.stop();
      somebody.close();
    }
  });
});
