import { expect } from "chai";
import { readReplication } from "./replication";

const order = {
  ...{ kind: "removed", bucket: "files", objectKey: "acme/claims/a.json", objectPrefix: "acme/claims/" },
  ...{ versionId: "v1", sequencer: "0055AED6", size: 0, uploadedAt: "2026-06-03T17:11:06.500Z" },
};

describe("readReplication", () => {
  it("reads an order, as it is and in an SNS envelope", () => {
    const envelope = { Type: "Notification", Message: JSON.stringify(order) };
    for (const body of [order, envelope]) {
      expect(readReplication(JSON.stringify(body))).to.deep.equal({
        ...order,
        uploadedAt: new Date("2026-06-03T17:11:06.500Z"),
      });
    }
  });

  for (const [what, body] of [
    ["text", "hello"],
    ["nothing", ""],
    ["an S3 event", '{"Records":[{"eventSource":"aws:s3"}]}'],
    ["an order without a key", JSON.stringify({ ...order, objectKey: "" })],
    ["an order of a kind that there is not", JSON.stringify({ ...order, kind: "moved" })],
    ["a folder that is none", JSON.stringify({ ...order, objectPrefix: "acme" })],
    ["a size that is none", JSON.stringify({ ...order, size: -1 })],
    ["a time that is none", JSON.stringify({ ...order, uploadedAt: "soon" })],
  ] as const) {
    it(`refuses ${what} in one line`, () => {
      expect(() => readReplication(body))
        .to.throw(Error)
        .with.property("message")
        .that.matches(/^.+$/);
    });
  }
});
