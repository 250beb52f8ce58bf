import { expect } from "chai";
import type { ResourceHandler } from "./handler";
import { replacingInputs } from "./replacing-inputs";

const handler = (more: Partial<ResourceHandler>): ResourceHandler => ({
  create: async () => ({ id: "", outputs: {} }),
  delete: async () => {},
  ...more,
});
const update = async () => ({ outputs: {} });

describe("replacingInputs", () => {
  it("are none where the handler updates all", () => {
    expect(replacingInputs(handler({ update }), { name: "b" }, { name: "a" })).to.deep.equal([]);
  });

  it("are all that differ where the handler updates nothing", () => {
    expect(replacingInputs(handler({}), { name: "b", size: 1 }, { name: "a", size: 1, tag: "t" })).to.deep.equal([
      "name",
      "tag",
    ]);
  });

  it("are those of the list that differ, by value and not by the order of their keys", () => {
    const bucket = handler({ update, replaceOn: ["name", "place"] });
    const previous = { name: "a", place: { zone: 1, row: 2 }, size: 1 };
    expect(replacingInputs(bucket, { name: "a", place: { row: 2, zone: 1 }, size: 2 }, previous)).to.deep.equal([]);
    expect(replacingInputs(bucket, { place: { zone: 1, row: 2 } }, previous)).to.deep.equal(["name"]);
  });

  it("are named by their first part where a path leads into them", () => {
    const server = handler({ update, replaceOn: ["endpoint.vpc", "endpoint.zone"] });
    const at = (vpc: string, zone: string, groups: string[]) => ({ endpoint: { vpc, zone, groups } });
    expect(replacingInputs(server, at("v2", "z2", []), at("v1", "z1", []))).to.deep.equal(["endpoint"]);
    expect(replacingInputs(server, at("v1", "z1", ["g"]), at("v1", "z1", []))).to.deep.equal([]);
    expect(replacingInputs(server, {}, at("v1", "z1", []))).to.deep.equal(["endpoint"]);
  });

  it("may depend on the other inputs", () => {
    const invocation = handler({ update, replaceOn: ({ scope }) => (scope === "CRUD" ? [] : ["input"]) });
    expect(replacingInputs(invocation, { input: "b", scope: "CRUD" }, { input: "a" })).to.deep.equal([]);
    expect(replacingInputs(invocation, { input: "b" }, { input: "a" })).to.deep.equal(["input"]);
  });
});
