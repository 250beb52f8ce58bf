import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { publisher, subscriber } from "../partner-fixtures";
import { recordProgram } from "../testing";
import { policies } from "./policies";
import { resource, violations } from "./testing";

const partners = { ...subscriber("acme"), ...publisher("lab") };
const everything = {
  hostname: "files.example.com",
  hostedZoneId: "Z123",
  protocols: '["SFTP","FTPS"]',
  alarmEmail: "ops@example.com",
  egress: "nat",
  internalEndpoint: "true",
  efs: "true",
  efsMirrorDeletions: "true",
  scan: "guardduty",
  replicaRegion: "eu-west-1",
};

/** The stack's own provider, which the engine makes from the stack's file. */
function defaultProvider(stack: string) {
  const file = readFileSync(join(__dirname, `../../Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(file) as { config: Record<string, unknown> };
  return resource("pulumi:providers:aws", { defaultTags: JSON.stringify(config["aws:defaultTags"]) });
}

describe("the policy pack", () => {
  for (const [name, settings] of [
    ["dev", { stack: "dev", partners }],
    ["prod", { stack: "prod", partners }],
    ["prod with everything that a stack can have", { stack: "prod", partners, config: everything }],
  ] as const) {
    describe(`finds nothing wrong with ${name}`, () => {
      let resources: Parameters<typeof violations>[1];
      before(async () => {
        const program = await recordProgram(settings);
        resources = [defaultProvider(settings.stack), ...program.resources];
      });

      for (const rule of policies) {
        it(rule.name, async () => expect(await violations(rule, resources, settings.stack)).to.deep.equal([]));
      }
    });
  }

  it("reads the policy of each type of resource that has one", async () => {
    const { resources } = await recordProgram({ stack: "prod", partners, config: everything });
    const rule = policies.filter(({ name }) => name === "no-public-policies");
    const open = JSON.stringify({ Statement: { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" } });
    // Those of VPC endpoints and roles grant nothing to others; a lifecycle policy is none of IAM's.
    const others = ["VpcEndpoint", "RolePolicy", "LifecyclePolicy"];
    const found = resources
      .filter(({ type, inputs }) => typeof inputs.policy === "string" && !others.includes(type.split(":").at(-1) ?? ""))
      .map((recorded) => ({ ...recorded, inputs: { ...recorded.inputs, policy: open } }));
    const types = new Set(found.map(({ type }) => type));
    expect(types.size).to.be.greaterThan(4);
    for (const type of types) {
      const ofType = found.filter((recorded) => recorded.type === type);
      expect((await Promise.all(rule.map((each) => violations(each, ofType)))).flat(), type).to.have.lengthOf(
        ofType.length,
      );
    }
  });

  it("reads the partner endpoint's clear-text protocol where a stack has it", async () => {
    const { resources } = await recordProgram({
      config: { partnerEndpointAccess: "vpc", protocols: '["SFTP","FTP"]' },
    });
    const found = await Promise.all(policies.map((rule) => violations(rule, resources, "dev")));
    expect(found.flat()).to.deep.equal([
      "aws:transfer/server:Server partners: FTP sends passwords and files in the clear; use SFTP or FTPS",
    ]);
  });

  it("explains each rule, and names none twice", () => {
    expect(new Set(policies.map(({ name }) => name)).size).to.equal(policies.length);
    for (const { name, description } of policies) expect(description, name).to.match(/^[A-Z].*\.$/);
  });
});
