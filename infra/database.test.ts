import { expect } from "chai";
import { type RecordedProgram, recordProgram } from "./testing";

describe("the database", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram({ stack: "prod", config: { databaseEngineVersion: "18.2" } });
  });

  it("can be upgraded to another major version, whose parameters are there beside the old ones", () => {
    expect(program.one("ClusterParameterGroup", "ledger").inputs).to.include({
      name: "quayside-prod-ledger-18",
      family: "aurora-postgresql18",
    });
    expect(program.one("rds/cluster:Cluster", "ledger").inputs).to.include({
      engineVersion: "18.2",
      allowMajorVersionUpgrade: true,
      dbClusterParameterGroupName: "quayside-prod-ledger-18",
    });
  });

  it("changes when the deployment does, and not in a maintenance window", () => {
    for (const { name, inputs } of [...program.all("rds/cluster:Cluster"), ...program.all("ClusterInstance")]) {
      expect(inputs.applyImmediately, name).to.equal(true);
    }
  });
});
