import { expect } from "chai";
import fc from "fast-check";
import { harmlessName } from "./harmless-name";

describe("harmlessName", () => {
  for (const [name, harmless] of [
    [".bash_profile", "_bash_profile"],
    ["...hidden", "___hidden"],
    [".", "_"],
    ["..", "__"],
    ["../x", "___x"],
    ["a/b\\c", "a_b_c"],
    ["report.csv.", "report.csv_"],
    ["report.csv. .", "report.csv___"],
    ["report.csv::$DATA", "report.csv__$DATA"],
    ["a\0\r\n", "a___"],
    ["", ""],
    // What is only unusual stays.
    [" a.tar.gz", " a.tar.gz"],
    ["-rf ~ *", "-rf ~ *"],
    ["…", "…"],
  ] as const) {
    it(`makes ${JSON.stringify(harmless)} of ${JSON.stringify(name)}`, () => {
      expect(harmlessName(name)).to.equal(harmless);
    });
  }

  it("is as long as the name, and leaves a harmless one alone", () => {
    const names = fc.string({ unit: fc.constantFrom("a", ".", " ", ":", "/", "\\", "\0", "é", "😀") });
    fc.assert(
      fc.property(names, (name) => {
        const harmless = harmlessName(name);
        expect(harmless).to.have.length(name.length);
        expect(harmlessName(harmless)).to.equal(harmless);
      }),
    );
  });
});
