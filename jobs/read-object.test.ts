import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { DeliveryFailure } from "../domain/delivery-failure";
import { objectKey } from "../domain/paths";
import { readObject } from "./read-object";

describe("readObject", () => {
  const version = { objectKey: objectKey("acme/claims/a.csv"), versionId: "v1" };

  /** Reads from a server that answers as told, and resolves to what came, or why nothing did, once its sockets are closed. */
  async function read(answer: RequestListener, patience: number): Promise<number | DeliveryFailure> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const s3 = new S3Client({
      ...{ endpoint: `http://127.0.0.1:${port}`, region: "eu-central-1", forcePathStyle: true },
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const bytes = async () => {
      let count = 0;
      for await (const chunk of readObject(s3, "bucket", patience)(version)) count += chunk.length;
      return count;
    };
    const outcome = await bytes().catch((error: DeliveryFailure) => error);
    s3.destroy();
    // Resolves only when no connection is left open.
    await new Promise((resolve) => server.close(resolve));
    return outcome;
  }

  for (const [when, answer] of [
    ["before it answers", () => {}],
    [
      "half way",
      (_request, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write(Buffer.alloc(500));
      },
    ],
  ] as [string, RequestListener][]) {
    it(`ends in a failure that can pass where S3 goes silent ${when}`, async () => {
      const failure = await read(answer, 100);
      expect(failure).to.include({
        message: "reading acme/claims/a.csv (version v1): S3 was silent for 0.1 s",
        canPass: true,
      });
    });
  }

  it("takes as long as it takes where S3 goes on, however slowly", async () => {
    const size = await read((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      let sent = 0;
      const next = () => {
        response.write(Buffer.alloc(200));
        sent += 200;
        if (sent < 1000) setTimeout(next, 80);
      };
      next();
    }, 200);
    expect(size).to.equal(1000);
  });
});
