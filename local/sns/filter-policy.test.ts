import { expect } from "chai";
import { filterPolicy } from "./filter-policy";

const attributes = {
  partner: { dataType: "String", stringValue: "acme-health" },
  bytes: { dataType: "Number", stringValue: "300" },
  groups: { dataType: "String.Array", stringValue: '["rugby","baseball"]' },
  key: { dataType: "Binary", binaryValue: Buffer.from("x") },
};
const record = (key: string, eventName = "ObjectCreated:Put") => ({ eventName, s3: { object: { key, size: 5 } } });
const message = (body: unknown) => ({ body: typeof body === "string" ? body : JSON.stringify(body), attributes });

describe("filterPolicy", () => {
  const attributeTable: [policy: object, matches: boolean][] = [
    [{}, true],
    [{ partner: ["acme-health"] }, true],
    [{ partner: ["ACME-HEALTH"] }, false],
    [{ partner: ["other", { prefix: "acme" }] }, true],
    [{ partner: [{ suffix: "-health" }] }, true],
    [{ partner: [{ suffix: "acme" }] }, false],
    [{ partner: [{ "equals-ignore-case": "Acme-Health" }] }, true],
    [{ partner: [{ "anything-but": ["other"] }] }, true],
    [{ partner: [{ "anything-but": "acme-health" }] }, false],
    [{ partner: [{ "anything-but": { prefix: "acme" } }] }, false],
    [{ absent: [{ "anything-but": "x" }] }, false],
    [{ bytes: [300] }, true],
    [{ bytes: ["300"] }, false],
    [{ bytes: [{ numeric: [">", 100, "<=", 300] }] }, true],
    [{ bytes: [{ numeric: ["<", 300] }] }, false],
    [{ groups: ["baseball"] }, true],
    [{ groups: [{ "anything-but": ["rugby", "tennis"] }] }, true],
    [{ groups: [{ "anything-but": ["rugby", "baseball"] }] }, false],
    [{ partner: [{ exists: true }] }, true],
    [{ absent: [{ exists: false }] }, true],
    [{ absent: [{ exists: true }] }, false],
    [{ key: [{ exists: true }] }, false],
    [{ partner: ["acme-health"], bytes: [1] }, false],
    [{ $or: [{ bytes: [1] }, { partner: [{ prefix: "acme" }] }] }, true],
    [{ $or: [{ bytes: [1] }, { partner: ["x"] }] }, false],
  ];
  for (const [policy, matches] of attributeTable) {
    it(`${matches ? "lets through" : "drops"} by attributes with ${JSON.stringify(policy)}`, () => {
      expect(filterPolicy(JSON.stringify(policy), "MessageAttributes").matches(message("text"))).to.equal(matches);
    });
  }

  const uploads = { Records: { s3: { object: { key: [{ prefix: "u/" }] } } } };
  const created = { Records: { eventName: [{ prefix: "ObjectCreated:" }], ...uploads.Records } };
  const bodyTable: [policy: object, body: unknown, matches: boolean][] = [
    [uploads, { Records: [record("u/a.csv")] }, true],
    [uploads, { Records: [record("v/a.csv"), record("u/a.csv")] }, true],
    [uploads, { Records: [record("v/a.csv")] }, false],
    [uploads, { Service: "Amazon S3", Event: "s3:TestEvent" }, false],
    [uploads, "no JSON", false],
    [created, { Records: [record("u/a.csv")] }, true],
    // Both conditions must hold in the same record.
    [created, { Records: [record("u/a.csv", "ObjectRemoved:Delete"), record("v/a.csv")] }, false],
    [{ Event: [{ exists: false }] }, { Records: [] }, true],
    [{ Event: [{ exists: false }] }, "no JSON", false],
    [{ a: { b: [{ exists: false }] } }, { a: {} }, true],
    [{ a: [null] }, { a: null }, true],
    [{ a: [true, 1] }, { a: [2, 1] }, true],
  ];
  for (const [policy, body, matches] of bodyTable) {
    it(`${matches ? "lets through" : "drops"} ${JSON.stringify(body)} with ${JSON.stringify(policy)}`, () => {
      expect(filterPolicy(JSON.stringify(policy), "MessageBody").matches(message(body))).to.equal(matches);
    });
  }

  const prefixes = (count: number) => Array.from({ length: count }, (_, index) => ({ prefix: `p${index}/` }));
  const keyPolicy = (count: number, more: object = {}) =>
    JSON.stringify({ Records: { s3: { object: { key: prefixes(count) } }, ...more } });

  it("takes 37 key prefixes four levels down and refuses 38", () => {
    expect(() => filterPolicy(keyPolicy(37), "MessageBody")).not.to.throw();
    expect(() => filterPolicy(keyPolicy(38), "MessageBody")).to.throw(/too complex: 152 combinations/);
  });

  it("halves that with an event name beside them", () => {
    const eventName = { eventName: ["ObjectCreated:Put"] };
    expect(() => filterPolicy(keyPolicy(18, eventName), "MessageBody")).not.to.throw();
    expect(() => filterPolicy(keyPolicy(19, eventName), "MessageBody")).to.throw(/too complex: 152 combinations/);
  });

  const refused: [policy: string, scope: "MessageBody" | "MessageAttributes", reason: RegExp][] = [
    ["not JSON", "MessageBody", /failed to parse JSON/],
    ["[]", "MessageBody", /must be a JSON object/],
    ['{"a":"b"}', "MessageBody", /"a" must be an object or an array/],
    ['{"a":[]}', "MessageBody", /Empty arrays/],
    ['{"a":[{"prefix":1}]}', "MessageBody", /prefix match pattern must be a string/],
    ['{"a":[{"wildcard":"*"}]}', "MessageBody", /Unrecognized match type wildcard/],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "MessageBody", /one match type/],
    ['{"a":[{"numeric":["~",1]}]}', "MessageBody", /Unrecognized numeric range operator/],
    ['{"a":[{"anything-but":["x",1]}]}', "MessageBody", /mixed type is not supported/],
    ['{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', "MessageBody", /more than 5 keys/],
    ['{"a":{"b":["c"]}}', "MessageAttributes", /does not support nested/],
  ];
  for (const [policy, scope, reason] of refused) {
    it(`refuses ${policy} for ${scope}`, () => {
      expect(() => filterPolicy(policy, scope)).to.throw(reason);
    });
  }
});
