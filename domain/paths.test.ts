import { expect } from "chai";
import { fileName, folderPrefix, virtualPath } from "./paths";

describe("folderPrefix", () => {
  it("puts every folder under the partner's own first segment", () => {
    expect(folderPrefix("acme", virtualPath("/claims"))).to.equal("acme/claims/");
    expect(folderPrefix("acme-health", virtualPath("/claims/in"))).to.equal("acme-health/claims/in/");
  });
});

describe("fileName", () => {
  const cases = { "acme/claims/a.csv": "a.csv", "/inbox/a b": "a b", "a.csv": "a.csv", "acme/claims/": "", "": "" };
  for (const [path, name] of Object.entries(cases)) {
    it(`of "${path}" is "${name}"`, () => expect(fileName(path)).to.equal(name));
  }
});
