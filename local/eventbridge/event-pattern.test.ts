import { expect } from "chai";
import { eventPattern } from "./event-pattern";

const event = {
  source: "aws.transfer",
  "detail-type": "SFTP Server File Upload Completed",
  resources: ["arn:aws:transfer:eu-central-1:000000000000:server/s-1", "arn:aws:other"],
  detail: {
    "status-code": "COMPLETED",
    bytes: 2048,
    "client-ip": "10.0.3.7",
    "file-path": "/bucket/acme/in/claims.csv",
    checked: false,
    nothing: null,
    parts: [
      { name: "a", size: 1 },
      { name: "b", size: 2 },
    ],
  },
};

describe("an event pattern", () => {
  const table: [pattern: object, matches: boolean][] = [
    [{ source: ["aws.transfer"] }, true],
    [{ source: ["aws.s3"] }, false],
    [{ source: ["aws.transfer"], "detail-type": ["other"] }, false],
    [{ source: ["aws.transfer"], "detail-type": [{ suffix: "Upload Completed" }, { suffix: "Upload Failed" }] }, true],
    [{ "detail-type": [{ wildcard: "*TP Server File * Completed" }] }, true],
    [{ "detail-type": [{ wildcard: "*TP Server" }] }, false],
    [{ detail: { "file-path": [{ wildcard: "/bucket/*/in/*.csv" }] } }, true],
    [{ detail: { "file-path": [{ wildcard: "/bucket/*/in/claims\\*" }] } }, false],
    [{ detail: { "file-path": [{ prefix: { "equals-ignore-case": "/BUCKET/" } }] } }, true],
    [{ detail: { "client-ip": [{ cidr: "10.0.0.0/16" }] } }, true],
    [{ detail: { "client-ip": [{ cidr: "10.1.0.0/16" }] } }, false],
    [{ detail: { bytes: [{ numeric: [">", 0, "<", 2048] }] } }, false],
    [{ detail: { bytes: [{ numeric: ["=", 2048] }] } }, true],
    [{ detail: { bytes: [{ "anything-but": [1, 2] }] } }, true],
    [{ detail: { "status-code": [{ "anything-but": { suffix: ["TED", "x"] } }] } }, false],
    [{ detail: { "status-code": [{ "anything-but": { wildcard: "FAIL*" } }] } }, true],
    [{ detail: { "status-code": [{ "equals-ignore-case": "completed" }] } }, true],
    [{ detail: { checked: [false] } }, true],
    [{ detail: { checked: ["false"] } }, false],
    [{ detail: { nothing: [null] } }, true],
    [{ detail: { etag: [{ exists: false }] } }, true],
    [{ detail: { parts: [{ exists: true }] } }, false],
    [{ resources: [{ prefix: "arn:aws:transfer:" }] }, true],
    [{ resources: [{ prefix: "arn:aws:batch:" }] }, false],
    [{ detail: { parts: { name: ["a"], size: [1] } } }, true],
    [{ detail: { parts: { name: ["a"], size: [2] } } }, false],
    [{ source: ["aws.transfer"], $or: [{ detail: { bytes: [1] } }, { detail: { checked: [false] } }] }, true],
  ];
  for (const [pattern, matches] of table) {
    it(`${matches ? "matches" : "passes over"} with ${JSON.stringify(pattern)}`, () => {
      expect(eventPattern(JSON.stringify(pattern)).matches(event)).to.equal(matches);
    });
  }

  for (const [pattern, reason] of [
    ["x", /it is not JSON/],
    ['{"source":"aws.s3"}', /"source" must be an object or an array/],
    ['{"source":[{"regex":"a"}]}', /Unrecognized match type regex/],
    ['{"source":[{"cidr":"10.0.0.0"}]}', /Malformed CIDR/],
    ['{"source":[{"wildcard":"a**b"}]}', /Consecutive wildcard/],
    ["{}", /Empty objects/],
  ] as const) {
    it(`refuses ${pattern}`, () => {
      expect(() => eventPattern(pattern)).to.throw(reason);
    });
  }
});
