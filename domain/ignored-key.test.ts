import { expect } from "chai";
import { ignoredKey } from "./ignored-key";

describe("ignoredKey", () => {
  const names = ["*.part", "*.filepart"];

  it("ignores folder markers", () => {
    expect(ignoredKey("acme/claims/", names)).to.contain("folder marker");
  });

  it("ignores GuardDuty's validation object, at the root only", () => {
    expect(ignoredKey("malware-protection-resource-validation-object", names)).to.contain("GuardDuty");
    expect(ignoredKey("acme/claims/malware-protection-resource-validation-object", names)).to.equal(null);
  });

  it("ignores what a transform wrote", () => {
    expect(ignoredKey(".transformed/7/a.csv", names)).to.contain("transform");
    expect(ignoredKey("acme/.transformed/7/a.csv", names)).to.equal(null);
  });

  it("ignores the names it is given, wherever the file is", () => {
    expect(ignoredKey("acme/claims/a.json.filepart", names)).to.contain("*.filepart");
    expect(ignoredKey("acme/claims/2026/a.part", names)).to.contain("*.part");
    expect(ignoredKey("acme/claims/a.json.filepart", [])).to.equal(null);
  });

  it("takes the name of the file, not of its folder", () => {
    expect(ignoredKey("acme/old.part/a.json", names)).to.equal(null);
  });
});
