import { expect } from "chai";
import { subnetPlan } from "./subnet-plan";

describe("subnetPlan", () => {
  it("gives each tier its blocks", () => {
    expect(subnetPlan("10.40.0.0/16", 2)).to.deep.equal({
      isolated: ["10.40.0.0/20", "10.40.16.0/20"],
      jobs: ["10.40.64.0/20", "10.40.80.0/20"],
      public: ["10.40.128.0/20", "10.40.144.0/20"],
    });
  });

  it("moves no subnet when a zone is added", () => {
    const [two, three] = [subnetPlan("192.168.252.0/22", 2), subnetPlan("192.168.252.0/22", 3)];
    for (const tier of ["isolated", "jobs", "public"] as const) {
      expect(three[tier].slice(0, 2)).to.deep.equal(two[tier]);
    }
    expect(three.public[2]).to.equal("192.168.254.128/26");
  });

  it("refuses a block that does not begin at its first address", () => {
    expect(() => subnetPlan("10.40.5.0/16", 2)).to.throw("use 10.40.0.0/16");
  });
});
