import { expect } from "chai";
import { recordedHandlers } from "./recorded-handlers";

describe("recorded resources", () => {
  const handlers = recordedHandlers({ accountId: "000000000000", region: "eu-central-1" });

  for (const type of [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ]) {
    it(`refuses what EC2 refuses in the description of a ${type.split(":").at(-1)}`, async () => {
      const handler = handlers[type];
      const failure = await handler?.create({ description: "Partners' clients" }, "clients").catch((error) => error);
      expect(failure).to.be.an("error").with.property("message").that.includes("Valid descriptions are");
      expect(await handler?.create({ description: "Clients (of partners): 22, 21" }, "clients")).to.have.property("id");
    });
  }
});
