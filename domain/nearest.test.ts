import { expect } from "chai";
import fc from "fast-check";
import { nearest, suggestion } from "./nearest";

describe("nearest", () => {
  const names = ["claims", "remittances", "lab-prices"];
  const cases: [word: string, expected: string | undefined][] = [
    ["claims", "claims"],
    ["claim", "claims"],
    ["Claims", "claims"],
    ["calims", "claims"],
    ["remitances", "remittances"],
    ["remittence", "remittances"],
    ["labprices", "lab-prices"],
    ["prices", undefined],
    ["lab", "lab-prices"],
    ["Remit", "remittances"],
    ["la", undefined],
    ["invoices", undefined],
    ["", undefined],
  ];
  for (const [word, expected] of cases) {
    it(`of "${word}" is ${expected ?? "none"}`, () => expect(nearest(word, names)).to.equal(expected));
  }

  it("takes the closest, and of equals the first", () => {
    expect(nearest("clais", ["clips", "claims"])).to.equal("claims");
    expect(nearest("ab", ["ax", "ay"])).to.equal("ax");
  });

  it("takes no beginning that several names have", () =>
    expect(nearest("acme", ["acme-health", "acme-labs", "clinic"])).to.equal(undefined));

  it("finds any name again after one slip", () => {
    const slip = fc.constantFrom<(word: string, at: number) => string>(
      (word, at) => word.slice(0, at) + word.slice(at + 1),
      (word, at) => `${word.slice(0, at)}#${word.slice(at)}`,
      (word, at) => `${word.slice(0, at)}#${word.slice(at + 1)}`,
      (word, at) => word.slice(0, at) + (word[at + 1] ?? "") + (word[at] ?? "") + word.slice(at + 2),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), slip, fc.nat({ max: 5 }), (name, change, at) => {
        expect(nearest(change(name, at), names)).to.equal(name);
      }),
    );
  });

  it("never takes a name of which more than three letters differ", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
        expect(nearest(`${word}1234`, [word])).to.equal(undefined);
      }),
    );
  });
});

describe("suggestion", () => {
  it("asks where something is near", () => expect(suggestion("claim", ["claims"])).to.equal('did you mean "claims"?'));

  it("names the choices where nothing is", () =>
    expect(suggestion("x-rays", ["claims", "remittances"])).to.equal('use one of "claims", "remittances"'));

  it("names the only one", () => expect(suggestion("x-rays", ["claims"])).to.equal('use "claims"'));

  it("names the first where there are many", () => {
    const many = Array.from({ length: 66 }, (_, index) => `p-${index}`);
    expect(suggestion("nowhere", many)).to.equal(
      'use one of "p-0", "p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7" and 58 more',
    );
    expect(suggestion("nowhere", many.slice(0, 9))).to.match(/"p-7", "p-8"$/);
  });

  it("says that there are none", () => {
    expect(suggestion("claims", [])).to.equal("nothing is declared yet");
    expect(suggestion("claims", [], "create it")).to.equal("create it");
  });
});
