import { expect } from "chai";
import fc from "fast-check";
import { fileNameMatches, globMistake } from "./file-name-match";

describe("fileNameMatches", () => {
  const cases: [glob: string, taken: string[], left: string[]][] = [
    ["claims.csv", ["claims.csv"], ["Claims.csv", "claims_csv", "claims.csv.gz", "my-claims.csv", ""]],
    ["*.csv", ["a.csv", ".csv", ".a.csv", "a\nb.csv", "a.b.csv"], ["a.CSV", "csv", "a.csv "]],
    ["*", ["a", ".a", "…", ""], []],
    ["**", ["a", ""], []],
    ["claims-????.csv", ["claims-2026.csv", "claims-😀éあx.csv"], ["claims-26.csv", "claims-02026.csv"]],
    ["claims-[0-9][0-9].csv", ["claims-07.csv"], ["claims-7.csv", "claims-0x.csv"]],
    ["[!0-9]*", ["a1", "-", "!"], ["1a", ""]],
    ["[^0-9]*", ["a1", "-", "^"], ["1a", ""]],
    ["[a^!].x", ["a.x", "^.x", "!.x"], ["b.x"]],
    ["[a\\]-].x", ["a.x", "].x", "-.x"], ["\\.x"]],
    ["[-z].x", ["-.x", "z.x"], ["y.x"]],
    ["[а-я]*", ["файл"], ["file"]],
    ["[.]*", [".a"], ["a"]],
    ["{claims,remits}-*.{csv,json}", ["claims-1.csv", "remits-.json"], ["claims-1.xml", "prices-1.csv"]],
    ["a{,b{c,d}}e", ["ae", "abce", "abde"], ["abe", "abcde"]],
    ["{a,b}{a,b}", ["aa", "ab", "ba", "bb"], ["a", "aba"]],
    ["{*.csv,x?}", ["1.csv", "xy"], ["x"]],
    ["a,b.csv", ["a,b.csv"], ["a", "b.csv"]],
    // What other dialects take for something else.
    ["Report (*).csv", ["Report (May).csv"], ["Report May.csv"]],
    ["a|b", ["a|b"], ["a", "b"]],
    ["1+1=2$.csv", ["1+1=2$.csv"], ["11=2.csv"]],
    ["^a$", ["^a$"], ["a"]],
    ['"a"', ['"a"'], ["a"]],
    ["#a", ["#a"], []],
    ["~", ["~"], []],
    // Escapes
    ["\\*\\?\\[\\{\\\\", ["*?[{\\"], ["a?[{\\"]],
    ["\\a", ["a"], ["\\a"]],
    ["a\\/b", ["a/b"], ["a\\/b"]],
  ];
  for (const [glob, taken, left] of cases) {
    it(`knows what ${glob} takes`, () => {
      expect([...taken, ...left].filter((name) => fileNameMatches(glob, name))).to.deep.equal(taken);
    });
  }

  it("takes every name literally once it is escaped", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(name, name, (wanted, other) => {
        const glob = [...wanted].map((character) => `\\${character}`).join("");
        expect(fileNameMatches(glob, wanted)).to.equal(true);
        expect(fileNameMatches(glob, other)).to.equal(wanted === other);
      }),
    );
  });

  it("agrees with a regular expression on every glob of a, b, ?, * and {}", () => {
    const part: fc.Arbitrary<[string, string]> = fc.letrec((tie) => ({
      glob: fc
        .array(tie("part") as fc.Arbitrary<[string, string]>, { maxLength: 5 })
        .map((parts): [string, string] => [
          parts.map(([glob]) => glob).join(""),
          parts.map(([, pattern]) => pattern).join(""),
        ]),
      part: fc.oneof(
        { withCrossShrink: true },
        fc.constantFrom<[string, string]>(["a", "a"], ["b", "b"], ["?", "."], ["*", ".*"], ["[ab]", "[ab]"]),
        fc
          .tuple(tie("glob") as fc.Arbitrary<[string, string]>, tie("glob") as fc.Arbitrary<[string, string]>)
          .map(([[glob, pattern], [otherGlob, otherPattern]]): [string, string] => [
            `{${glob},${otherGlob}}`,
            `(?:${pattern}|${otherPattern})`,
          ]),
      ),
    })).glob as fc.Arbitrary<[string, string]>;
    fc.assert(
      fc.property(part, fc.stringMatching(/^[ab]{0,8}$/), ([glob, pattern], name) => {
        expect(fileNameMatches(glob, name)).to.equal(new RegExp(`^(?:${pattern})$`).test(name));
      }),
      { numRuns: 300 },
    );
  });

  it("answers where a regular expression would need hours", () => {
    expect(fileNameMatches(`${"*_".repeat(20)}*.csv`, "_".repeat(1000))).to.equal(false);
    expect(fileNameMatches("{*_,_*}".repeat(20), "_".repeat(1000))).to.equal(true);
  });

  it("refuses what is no glob", () => expect(() => fileNameMatches("a{b", "a{b")).to.throw('"{" stands alone'));
});

describe("globMistake", () => {
  const mistakes: [glob: string, mistake: string | undefined][] = [
    ["*.json", undefined],
    ["claims-{2025,2026}*", undefined],
    ["Report (final).csv", undefined],
    ["\\!a", undefined],
    ["", "an empty glob matches nothing"],
    ["claims/*.json", 'a glob is matched with the file name only, so one with "/" matches nothing'],
    ["!*.json", "negation and extended globs are not supported"],
    ["*.+(csv|json)", "negation and extended globs are not supported"],
    ["@(a|b)", "negation and extended globs are not supported"],
    ["{csv}", "not a glob: {…} needs two choices, like {csv,json}"],
    ["{1..3}", "not a glob: {…} needs two choices, like {csv,json}"],
    ["{a,{b}}", "not a glob: {…} needs two choices, like {csv,json}"],
    ["{a,b", 'not a glob: "{" stands alone; write "\\{" for itself'],
    ["a}", 'not a glob: "}" stands alone; write "\\}" for itself'],
    ["[a", 'not a glob: "[" stands alone; write "\\[" for itself'],
    ["[]", 'not a glob: "[" stands alone; write "\\[" for itself'],
    ["a]", 'not a glob: "]" stands alone; write "\\]" for itself'],
    ["a\\", 'not a glob: "\\" stands alone; write "\\\\" for itself'],
    ["[z-a]", "not a glob: the range z-a runs backwards"],
  ];
  for (const [glob, mistake] of mistakes) {
    it(`${mistake === undefined ? "accepts" : "refuses"} "${glob}"`, () => expect(globMistake(glob)).to.equal(mistake));
  }

  it("lets nothing pass that cannot be matched", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab-!^*?[]{},\\()/") }), (glob) => {
        if (globMistake(glob) === undefined) expect(() => fileNameMatches(glob, "ab")).to.not.throw();
      }),
      { numRuns: 1000 },
    );
  });
});
