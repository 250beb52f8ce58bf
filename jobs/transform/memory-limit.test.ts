import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { totalmem } from "node:os";
import { expect } from "chai";
import { memoryLimit } from "./memory-limit";

describe("memoryLimit", () => {
  it("is a share of what the task may use", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ Cluster: "jobs", Limits: { CPU: 2, Memory: 8192 } }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      expect(await memoryLimit(`http://127.0.0.1:${port}/v4/a-task`)).to.equal(8192 * 1024 ** 2 * 0.6);
      expect(asked).to.deep.equal(["/v4/a-task/task"]);
    } finally {
      server.close();
    }
  });

  it("is a share of this machine's memory outside a container", async () => {
    expect(await memoryLimit(undefined)).to.equal(totalmem() * 0.6);
  });
});
