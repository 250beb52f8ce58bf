import { expect } from "chai";
import { policyAllowsService } from "./service-policy";

const delivery = {
  service: "sns.amazonaws.com",
  action: "sqs:SendMessage",
  resource: "arn:aws:sqs:eu-central-1:000000000000:route",
  sourceArn: "arn:aws:sns:eu-central-1:000000000000:uploads",
  sourceAccount: "000000000000",
};
const allow = {
  Effect: "Allow",
  Principal: { Service: "sns.amazonaws.com" },
  Action: "sqs:SendMessage",
  Resource: delivery.resource,
};
const condition = (block: object) => [{ ...allow, Condition: block }];

describe("policyAllowsService", () => {
  const table: [what: string, statements: object | undefined, allowed: boolean][] = [
    ["no policy", undefined, false],
    ["the service's principal", [allow], true],
    ["one statement that is no list", allow, true],
    ["one of several services", [{ ...allow, Principal: { Service: ["s3.amazonaws.com", delivery.service] } }], true],
    ["another service", [{ ...allow, Principal: { Service: "events.amazonaws.com" } }], false],
    ["an account", [{ ...allow, Principal: { AWS: "arn:aws:iam::000000000000:root" } }], false],
    ["everybody", [{ ...allow, Principal: "*" }], true],
    ["every action, in another case", [{ ...allow, Action: "SQS:*" }], true],
    ["another action", [{ ...allow, Action: ["sqs:ReceiveMessage"] }], false],
    ["another queue", [{ ...allow, Resource: `${delivery.resource}-dead` }], false],
    ["queues by wildcard", [{ ...allow, Resource: "arn:aws:sqs:*:*:rout?" }], true],
    ["its source", condition({ ArnEquals: { "aws:SourceArn": delivery.sourceArn } }), true],
    ["sources like it", condition({ ArnLike: { "AWS:SourceArn": "arn:aws:sns:*:*:up*" } }), true],
    [
      "an ARN whose wildcard would have to cross parts",
      condition({ ArnLike: { "aws:SourceArn": "arn:*:uploads" } }),
      false,
    ],
    ["another source", condition({ StringEquals: { "aws:SourceArn": "arn:aws:sns:x" } }), false],
    ["its account", condition({ StringEquals: { "aws:SourceAccount": ["1", "000000000000"] } }), true],
    [
      "one condition of two",
      condition({ Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:SourceAccount": "1" } }),
      false,
    ],
    ["a key that services do not carry", condition({ StringEquals: { "aws:PrincipalOrgID": "o-1" } }), false],
    ["that key, if it exists", condition({ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } }), true],
    ["a Deny beside it", [allow, { ...allow, Effect: "Deny", Principal: "*" }], false],
    [
      "a Deny of what is not encrypted in transit",
      [allow, { ...allow, Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      true,
    ],
  ];
  for (const [what, statements, allowed] of table) {
    it(`${allowed ? "allows" : "refuses"} with ${what}`, () => {
      const policy = statements && JSON.stringify({ Version: "2012-10-17", Statement: statements });
      expect(policyAllowsService(policy, delivery)).to.equal(allowed);
    });
  }

  it("names what it does not evaluate", () => {
    const text = (statement: object) => JSON.stringify({ Statement: [statement] });
    expect(() => policyAllowsService(text({ ...allow, NotAction: "x" }), delivery)).to.throw(/NotAction/);
    const dated = { ...allow, Condition: { DateLessThan: { "aws:SourceArn": "x" } } };
    expect(() => policyAllowsService(text(dated), delivery)).to.throw(/DateLessThan/);
  });
});
