import { expect } from "chai";
import { type Decision, evaluate } from "./evaluate";
import { type ConditionBlock, type PolicyDocument, parsePolicy, type Statement } from "./policy-document";
import type { RequestContext } from "./policy-pattern";

/** A policy variable as it is written in a policy. */
const variable = (name: string) => `\${${name}}`;
const object = "arn:aws:s3:::files/acme/claims/a.csv";
const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });
const allow = (rest: Partial<Statement>): Statement => ({ Effect: "Allow", Action: "*", Resource: "*", ...rest });
const deny = (rest: Partial<Statement>): Statement => ({ Effect: "Deny", Action: "*", Resource: "*", ...rest });

const decide = (
  policies: PolicyDocument[],
  { action = "s3:GetObject", resource = object, context = {} as RequestContext } = {},
): Decision => evaluate(policies, { action, resource, context });

describe("evaluate", () => {
  describe("effects", () => {
    const cases: [string, PolicyDocument[], Decision][] = [
      ["nothing allows", [], "implicitDeny"],
      ["an allow applies", [policy(allow({}))], "allow"],
      ["a deny applies", [policy(deny({}))], "explicitDeny"],
      ["a deny comes after an allow", [policy(allow({}), deny({}))], "explicitDeny"],
      ["a deny comes before an allow", [policy(deny({}), allow({}))], "explicitDeny"],
      ["a deny is in another policy", [policy(allow({})), policy(deny({}))], "explicitDeny"],
      ["the deny is about something else", [policy(allow({}), deny({ Action: "s3:PutObject" }))], "allow"],
      ["one statement stands alone", [{ Statement: allow({}) }], "allow"],
    ];
    for (const [name, policies, decision] of cases) {
      it(`says ${decision} when ${name}`, () => expect(decide(policies)).to.equal(decision));
    }
  });

  describe("actions and resources", () => {
    const cases: [Partial<Statement>, boolean][] = [
      [{ Action: "s3:GetObject" }, true],
      [{ Action: "S3:getobject" }, true],
      [{ Action: "s3:Get*" }, true],
      [{ Action: "s3:?etObject" }, true],
      [{ Action: "s3:GetObjectVersion" }, false],
      [{ Action: "s3:Get" }, false],
      [{ Action: ["sqs:*", "s3:*"] }, true],
      [{ Action: "s3:Get.bject" }, false],
      [{ Action: undefined, NotAction: "s3:Put*" }, true],
      [{ Action: undefined, NotAction: ["sqs:*", "s3:Get*"] }, false],
      [{ Resource: object }, true],
      [{ Resource: "arn:aws:s3:::files/acme/*" }, true],
      [{ Resource: "arn:aws:s3:::files/ACME/*" }, false],
      [{ Resource: "arn:aws:s3:::files/acme/claims/?.csv" }, true],
      [{ Resource: "arn:aws:s3:::files/acme/claims/??.csv" }, false],
      [{ Resource: "arn:aws:s3:::files" }, false],
      [{ Resource: "arn:aws:s3:::files/acme/claims/a+csv" }, false],
      [{ Resource: undefined, NotResource: "arn:aws:s3:::files/beta/*" }, true],
      [{ Resource: undefined, NotResource: ["arn:aws:s3:::x", "arn:aws:s3:::files/acme/*"] }, false],
    ];
    for (const [statement, matches] of cases) {
      it(`${JSON.stringify(statement)} ${matches ? "matches" : "does not match"}`, () =>
        expect(decide([policy(allow(statement))])).to.equal(matches ? "allow" : "implicitDeny"));
    }

    it("lets a wildcard match line breaks and signs outside the basic plane", () => {
      const resource = "arn:aws:s3:::files/acme/a\nb-\u{1f4c4}";
      expect(decide([policy(allow({ Resource: "arn:aws:s3:::files/acme/a?b-?" }))], { resource })).to.equal("allow");
    });
  });

  describe("policy variables", () => {
    const cases: [string, RequestContext, boolean][] = [
      [`arn:aws:s3:::files/${variable("transfer:UserName")}/*`, { "transfer:UserName": "acme" }, true],
      [`arn:aws:s3:::files/${variable("TRANSFER:username")}/*`, { "transfer:UserName": "acme" }, true],
      [`arn:aws:s3:::files/${variable("transfer:UserName")}/*`, { "transfer:UserName": "beta" }, false],
      [`arn:aws:s3:::files/${variable("transfer:UserName")}/*`, {}, false],
      [`arn:aws:s3:::files/${variable("transfer:UserName")}/*`, { "transfer:UserName": "*" }, false],
      [`arn:aws:s3:::files/${variable("transfer:UserName")}/*`, { "transfer:UserName": ["acme", "beta"] }, false],
      [`arn:aws:s3:::files/${variable("transfer:UserName, 'acme'")}/*`, {}, true],
      [`arn:aws:s3:::files/acme/claims/${variable("*")}`, {}, false],
      [`arn:aws:s3:::files/acme/claims/a${variable("?")}csv`, {}, false],
    ];
    for (const [Resource, context, matches] of cases) {
      it(`${Resource} with ${JSON.stringify(context)} ${matches ? "matches" : "does not match"}`, () =>
        expect(decide([policy(allow({ Resource }))], { context })).to.equal(matches ? "allow" : "implicitDeny"));
    }

    it("takes escaped signs for themselves", () => {
      const Resource = `arn:aws:s3:::files/${variable("*")}${variable("?")}${variable("$")}`;
      expect(decide([policy(allow({ Resource }))], { resource: "arn:aws:s3:::files/*?$" })).to.equal("allow");
    });
    it("are plain text without the version of 2012", () => {
      const Resource = `arn:aws:s3:::files/${variable("transfer:UserName")}/a`;
      const old: PolicyDocument = { Statement: [allow({ Resource })] };
      const context = { "transfer:UserName": "acme" };
      expect(decide([old], { context, resource: "arn:aws:s3:::files/acme/a" })).to.equal("implicitDeny");
      expect(decide([old], { context, resource: Resource })).to.equal("allow");
    });
    it("make a NotResource without a value apply to nothing", () => {
      const NotResource = `arn:aws:s3:::other/${variable("transfer:UserName")}/*`;
      expect(decide([policy(allow({ Resource: undefined, NotResource }))])).to.equal("implicitDeny");
    });
  });

  describe("conditions", () => {
    const cases: [ConditionBlock, RequestContext, boolean][] = [
      [{ StringEquals: { "s3:prefix": "acme/" } }, { "s3:prefix": "acme/" }, true],
      [{ StringEquals: { "S3:PREFIX": "acme/" } }, { "s3:prefix": "acme/" }, true],
      [{ StringEquals: { "s3:prefix": "acme/*" } }, { "s3:prefix": "acme/b" }, false],
      [{ StringEquals: { "s3:prefix": ["beta/", "acme/"] } }, { "s3:prefix": "acme/" }, true],
      [{ StringEquals: { "s3:prefix": "" } }, { "s3:prefix": "" }, true],
      [{ StringEquals: { "s3:prefix": "acme/" } }, {}, false],
      [{ StringNotEquals: { "s3:prefix": "acme/" } }, { "s3:prefix": "beta/" }, true],
      [{ StringNotEquals: { "s3:prefix": ["acme/", "beta/"] } }, { "s3:prefix": "beta/" }, false],
      [{ StringNotEquals: { "s3:prefix": "acme/" } }, {}, true],
      [{ StringEqualsIgnoreCase: { "s3:prefix": "ACME/" } }, { "s3:prefix": "acme/" }, true],
      [{ StringNotEqualsIgnoreCase: { "s3:prefix": "ACME/" } }, { "s3:prefix": "acme/" }, false],
      [{ StringLike: { "s3:prefix": ["acme/*", "acme"] } }, { "s3:prefix": "acme/claims/" }, true],
      [{ StringLike: { "s3:prefix": "acme/*" } }, { "s3:prefix": "acme/" }, true],
      [{ StringLike: { "s3:prefix": "acme/*" } }, { "s3:prefix": "acmeX/" }, false],
      [{ StringLike: { "s3:prefix": "a?me" } }, { "s3:prefix": "acme" }, true],
      [{ StringNotLike: { "s3:prefix": "acme/*" } }, { "s3:prefix": "beta/" }, true],
      [{ StringLike: { a: "*" }, StringEquals: { b: "1" } }, { a: "x", b: "2" }, false],
      [{ StringLike: { a: "*", b: "*" } }, { a: "x" }, false],
      [
        { StringLike: { "s3:prefix": `${variable("transfer:UserName")}/*` } },
        { "s3:prefix": "u/a", "transfer:UserName": "u" },
        true,
      ],
      [
        { StringLike: { "s3:prefix": `${variable("transfer:UserName")}/*` } },
        { "s3:prefix": "v/a", "transfer:UserName": "u" },
        false,
      ],
      [{ StringNotLike: { "s3:prefix": `${variable("transfer:UserName")}/*` } }, { "s3:prefix": "v/a" }, false],
      [{ StringEqualsIfExists: { "s3:prefix": "acme/" } }, {}, true],
      [{ StringEqualsIfExists: { "s3:prefix": "acme/" } }, { "s3:prefix": "beta/" }, false],
      [{ Null: { "s3:prefix": "true" } }, {}, true],
      [{ Null: { "s3:prefix": true } }, { "s3:prefix": "" }, false],
      [{ Null: { "s3:prefix": "false" } }, { "s3:prefix": "" }, true],
      [{ Bool: { "aws:SecureTransport": "true" } }, { "aws:SecureTransport": "True" }, true],
      [{ Bool: { "aws:SecureTransport": true } }, { "aws:SecureTransport": "false" }, false],
      [{ Bool: { "aws:SecureTransport": "false" } }, {}, false],
      [{ NumericLessThan: { "s3:max-keys": "10" } }, { "s3:max-keys": "9" }, true],
      [{ NumericLessThan: { "s3:max-keys": 10 } }, { "s3:max-keys": "10" }, false],
      [{ NumericLessThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "10.0" }, true],
      [{ NumericGreaterThan: { "s3:max-keys": "10" } }, { "s3:max-keys": "many" }, false],
      [{ NumericGreaterThanEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "11" }, true],
      [{ NumericEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "1e1" }, true],
      [{ NumericNotEquals: { "s3:max-keys": "10" } }, { "s3:max-keys": "10" }, false],
      [
        { DateLessThan: { "aws:CurrentTime": "2026-02-01T00:00:00Z" } },
        { "aws:CurrentTime": "2026-01-31T23:59:59Z" },
        true,
      ],
      [{ DateGreaterThan: { "aws:EpochTime": "1767600000" } }, { "aws:EpochTime": "1767600001" }, true],
      [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "10.1.2.3" }, true],
      [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "11.1.2.3" }, false],
      [{ IpAddress: { "aws:SourceIp": "10.1.2.3" } }, { "aws:SourceIp": "10.1.2.3" }, true],
      [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "2001:db8::1" }, false],
      [{ IpAddress: { "aws:SourceIp": "2001:db8::/32" } }, { "aws:SourceIp": "2001:db8::1" }, true],
      [{ NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:SourceIp": "10.1.2.3" }, false],
      [
        { ArnLike: { "aws:SourceArn": "arn:aws:transfer:*:1:server/*" } },
        { "aws:SourceArn": "arn:aws:transfer:eu:1:server/s-1" },
        true,
      ],
      [
        { ArnLike: { "aws:SourceArn": "arn:aws:transfer:*:server/*" } },
        { "aws:SourceArn": "arn:aws:transfer:eu:1:server/s-1" },
        false,
      ],
      [{ ArnEquals: { "aws:SourceArn": "arn:aws:s3:::files" } }, { "aws:SourceArn": "arn:aws:s3:::files" }, true],
      [{ ArnNotLike: { "aws:SourceArn": "arn:aws:s3:::*" } }, { "aws:SourceArn": "arn:aws:s3:::files" }, false],
      [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["a"] } }, { "aws:TagKeys": ["a", "b"] }, true],
      [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["c"] } }, { "aws:TagKeys": ["a", "b"] }, false],
      [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["c"] } }, {}, false],
      [{ "ForAnyValue:StringEqualsIfExists": { "aws:TagKeys": ["c"] } }, {}, true],
      [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b", "c"] } }, { "aws:TagKeys": ["a", "b"] }, true],
      [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }, { "aws:TagKeys": ["a", "b"] }, false],
      [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }, {}, true],
      [{ "ForAllValues:StringNotEquals": { "aws:TagKeys": ["c"] } }, { "aws:TagKeys": ["a", "b"] }, true],
      [{ "ForAnyValue:StringNotEquals": { "aws:TagKeys": ["a"] } }, { "aws:TagKeys": ["a"] }, false],
    ];
    for (const [Condition, context, holds] of cases) {
      it(`${JSON.stringify(Condition)} ${holds ? "holds" : "fails"} for ${JSON.stringify(context)}`, () =>
        expect(decide([policy(allow({ Condition }))], { context })).to.equal(holds ? "allow" : "implicitDeny"));
    }

    for (const operator of ["StringEqual", "ForSomeValues:StringLike", "NullIfExists", "constructor", ""]) {
      it(`refuses the operator "${operator}" by name, even in a statement about something else`, () => {
        const wrong = policy(allow({ Action: "sqs:*", Condition: { [operator]: { a: "b" } } }));
        expect(() => decide([wrong])).to.throw(`the condition operator "${operator}"`);
      });
    }
    it("refuses a CIDR block that is none", () => {
      const wrong = policy(allow({ Condition: { IpAddress: { "aws:SourceIp": "10.0.0/8" } } }));
      expect(() => decide([wrong], { context: { "aws:SourceIp": "10.0.0.1" } })).to.throw('"10.0.0/8"');
    });
  });
});

describe("parsePolicy", () => {
  it("reads what IAM accepts", () => {
    const document = policy(allow({ Sid: "All" }));
    expect(parsePolicy(JSON.stringify(document))).to.deep.equal(document);
  });

  const statement = allow({});
  const mistakes: [string, unknown, string][] = [
    ["no object", [], "not a JSON object"],
    ["an unknown version", { Version: "2012-10-18", Statement: [statement] }, "2012-10-18"],
    ["no statement", { Version: "2012-10-17" }, "no Statement"],
    ["an unknown key", { Statement: [statement], Comment: "" }, "Comment"],
    ["an unknown key of a statement", { Statement: [{ ...statement, Conditions: {} }] }, "Conditions"],
    ["a principal", { Statement: [{ ...statement, Principal: "*" }] }, "Principal"],
    ["an unknown effect", { Statement: [{ ...statement, Effect: "allow" }] }, '"allow"'],
    ["no action", { Statement: { Effect: "Allow", Resource: "*" } }, "either Action or NotAction"],
    ["both resource elements", { Statement: [{ ...statement, NotResource: "*" }] }, "either Resource or NotResource"],
    ["an action that is no text", { Statement: [{ ...statement, Action: [1] }] }, "needs text in Action"],
  ];
  for (const [name, document, message] of mistakes) {
    it(`refuses ${name}`, () => expect(() => parsePolicy(JSON.stringify(document))).to.throw(message));
  }
  it("refuses what is not JSON", () => expect(() => parsePolicy("{")).to.throw("not JSON"));
});
