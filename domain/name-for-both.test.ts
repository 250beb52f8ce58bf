import { expect } from "chai";
import fc from "fast-check";
import { fileNameMatches, globMistake } from "./file-name-match";
import { nameForBoth } from "./name-for-both";

describe("nameForBoth", () => {
  for (const [a, b, expected] of [
    [null, null, "a"],
    [null, "*.json", "a.json"],
    ["*.json", "*.json", "a.json"],
    ["*.json", "*.csv", undefined],
    ["claims-*", "*-2026.csv", "claims-2026.csv"],
    ["claims-*", "remit-*", undefined],
    ["*.{csv,json}", "*.{xml,json}", "a.json"],
    ["[0-9]*", "[!0-9]*", undefined],
    ["[0-9]*.csv", "2026*", "2026.csv"],
    ["a?c", "ab?", "abc"],
    ["\\*", "?", "*"],
    ["Claims*", "claims*", undefined],
    ["{a,b}{1,2}", "b*", "b1"],
  ] as const) {
    it(`${a} and ${b} → ${expected}`, () => expect(nameForBoth(a, b)).to.equal(expected));
  }

  it("finds a name wherever a name is known, and only names that both match", () => {
    const part = fc.constantFrom("a", "b", ".", "*", "?", "[ab]", "{a,b}", "{a*,.b}");
    const glob = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    const name = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(glob, glob, name, (a, b, known) => {
        fc.pre(globMistake(a) === undefined && globMistake(b) === undefined);
        const found = nameForBoth(a, b);
        if (found !== undefined) return fileNameMatches(a, found) && fileNameMatches(b, found);
        return !(fileNameMatches(a, known) && fileNameMatches(b, known));
      }),
      { numRuns: 2000 },
    );
  });
});
