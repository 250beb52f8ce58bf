import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type RecordedProgram, recordProgram } from "../../infra/testing";

const deploy = readFileSync(join(__dirname, "../../docs/deploy.md"), "utf8");
const hours = 730;

/** How many of each item of the page's table a stack has all the time; partners add to none of them. */
const counts: Record<string, (program: RecordedProgram) => number> = {
  "Transfer Family, each protocol of a server": ({ all }) =>
    all("transfer/server:Server").flatMap(({ inputs }) => inputs.protocols as string[]).length,
  "Interface endpoints, in each zone": ({ all }) =>
    all("VpcEndpoint")
      .filter(({ inputs }) => inputs.vpcEndpointType === "Interface")
      .flatMap(({ inputs }) => inputs.subnetIds as string[]).length,
  "Aurora capacity units, at least": ({ all, one }) => {
    const scaling = one("rds/cluster:Cluster", "ledger").inputs.serverlessv2ScalingConfiguration;
    return all("ClusterInstance").length * (scaling as { minCapacity: number }).minCapacity;
  },
  "NAT gateways": ({ all }) => all("NatGateway").length,
  "Public IPv4 addresses": ({ all }) => all("Eip").length,
  "Customer-managed keys": ({ all }) => all("kms/key:Key").length,
  Alarms: ({ all }) => all("MetricAlarm").length,
};

describe("docs/deploy.md", () => {
  let programs: RecordedProgram[];
  before(async () => {
    programs = [await recordProgram({ stack: "dev" }), await recordProgram({ stack: "prod" })];
  });

  const row = (item: string) =>
    deploy
      .split("\n")
      .find((line) => line.startsWith(`| ${item} |`))
      ?.split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()) ?? [];
  const costs = (item: string) => {
    const [, price = ""] = row(item);
    const perMonth = Number(price.split(" ")[0]) * (price.endsWith("hour") ? hours : 1);
    return programs.map((program) => (counts[item]?.(program) ?? Number.NaN) * perMonth);
  };

  for (const [item, count] of Object.entries(counts)) {
    it(`counts what the program has: ${item}`, () => {
      expect(row(item).slice(2)).to.deep.equal(
        programs.map((program, index) => `${count(program)}: $${costs(item)[index]?.toFixed(2)}`),
      );
    });
  }

  it("adds up", () => {
    const sums = programs.map((_program, index) =>
      Object.keys(counts).reduce((sum, item) => sum + (costs(item)[index] ?? Number.NaN), 0),
    );
    expect(row("**together**").slice(2)).to.deep.equal(sums.map((sum) => `**$${sum.toFixed(2)}**`));
  });
});
