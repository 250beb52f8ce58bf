import { expect } from "chai";
import fc from "fast-check";
import { deliveredName, longestDeliveredName, namePlaceholders, unknownPlaceholders } from "./delivered-name";
import { harmlessName } from "./harmless-name";

const named = (template: string, fileName: string, transfer = 7) =>
  deliveredName(template, { publisher: "acme-health", fileName, transfer });

describe("deliveredName", () => {
  const cases: [template: string, fileName: string, delivered: string][] = [
    ["{name}", "claims.json", "claims.json"],
    ["{publisher}-{stem}.csv", "claims.json", "acme-health-claims.csv"],
    ["{stem}.{extension}", "claims.tar.gz", "claims.tar.gz"],
    ["{stem}|{extension}", "claims.tar.gz", "claims.tar|gz"],
    ["{stem}|{extension}", "README", "README|"],
    ["{stem}|{extension}", ".profile", "_profile|"],
    ["{stem}|{extension}", "ends-in-dot.", "ends-in-dot|"],
    ["{transfer}-{transfer}", "a", "7-7"],
    ["claims.csv", "a.json", "claims.csv"],
    // A name is filled in once and as it is: neither a placeholder nor a pattern of String.replace in it counts.
    ["{name}", "{transfer}.csv", "{transfer}.csv"],
    ["{stem}.csv", "$1$1$&.txt", "$1$1$&.csv"],
    // What no placeholder is stays, also where JavaScript's objects have a property of that name.
    ["{constructor}{Name}{}", "a", "{constructor}{Name}{}"],
  ];
  for (const [template, fileName, delivered] of cases) {
    it(`makes ${delivered} of ${fileName} by ${template}`, () => expect(named(template, fileName)).to.equal(delivered));
  }

  describe("keeps names that really exist", () => {
    const names = [
      "TB and LTBI_3-0-3_TC01.txt",
      "T#EFT.ON.ACO.NGD1800.DPRF.D190117.T9909420",
      "[Content_Types].xml",
      "O'Brien.geo.json",
      "Añasco.geo.json",
      "issue2628_中文.csv",
      "n_number_++.json",
      "one%.txt",
      "~outputs.tf",
      "…",
      "-rf",
    ];
    for (const name of names) it(name, () => expect(named("{name}", name)).to.equal(name));
  });

  describe("makes hostile names harmless", () => {
    const cases: [fileName: string, delivered: string][] = [
      ["../../etc/passwd", "___.._etc_passwd"],
      ["..\\..\\boot.ini", "___.._boot.ini"],
      ["/etc/passwd", "_etc_passwd"],
      ["a\0.csv", "a_.csv"],
      ["a\r\n.csv", "a__.csv"],
      ["\u001b[31m", "_[31m"],
      ["\u007f\u0085", "__"],
      [".bash_profile", "_bash_profile"],
      ["2026-01-01T12:00.csv", "2026-01-01T12_00.csv"],
      ["claims.csv. ", "claims.csv__"],
      [". . ", "file-7"],
      ["..", "file-7"],
      [".", "file-7"],
      ["", "file-7"],
    ];
    for (const [fileName, delivered] of cases) {
      it(JSON.stringify(fileName), () => expect(named("{name}", fileName)).to.equal(delivered));
    }

    it("also where the template makes them", () => {
      expect(named("{extension}", "README")).to.equal("file-7");
      expect(named("{extension}.{extension}", "README")).to.equal("file-7");
      expect(named("../{stem}", "a")).to.equal("___a");
      expect(named("{extension}.{stem}", "netrc")).to.equal("_netrc");
    });
  });

  describe("shortens", () => {
    it("to 200 bytes, with the extension and the transfer's number", () => {
      expect(named("{name}", `${"a".repeat(196)}.csv`)).to.equal(`${"a".repeat(196)}.csv`);
      expect(named("{name}", `${"a".repeat(197)}.csv`)).to.equal(`${"a".repeat(194)}-7.csv`);
      expect(named("{name}", `${"a".repeat(1000)}.csv`, 123_456)).to.equal(`${"a".repeat(189)}-123456.csv`);
    });

    it("by whole characters", () => {
      expect(named("{name}", "é".repeat(500))).to.equal(`${"é".repeat(99)}-7`);
      expect(named("{name}", "😀".repeat(250))).to.equal(`${"😀".repeat(49)}-7`);
      expect(named("{name}", `a${"😀".repeat(250)}.csv`)).to.equal(`a${"😀".repeat(48)}-7.csv`);
    });

    it("without an extension that is too long to be one", () => {
      expect(named("{name}", `a.${"b".repeat(300)}`)).to.equal("a-7");
      expect(named("{name}", `${"a".repeat(300)}.${"b".repeat(20)}`)).to.match(/^a{177}-7\.b{20}$/);
    });
  });

  const anyName = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: fc.constantFrom("a", ".", "/", "\\", "\0", "\n", "é", "あ", "😀"), maxLength: 400 }),
    fc.string({ unit: "grapheme", minLength: 200, maxLength: 1000 }),
  );
  const anyTemplate = fc
    .array(fc.oneof(fc.constantFrom(...Object.keys(namePlaceholders).map((name) => `{${name}}`)), fc.string()))
    .map((parts) => parts.join(""));

  it("is always one path segment of at most 200 bytes", () => {
    fc.assert(
      fc.property(anyTemplate, anyName, fc.maxSafeNat(), (template, fileName, transfer) => {
        const name = named(template, fileName, transfer);
        expect(name).to.match(/^[^/\\\p{Cc}]+$/u);
        expect(harmlessName(name)).to.equal(name);
        expect(Buffer.byteLength(name)).to.be.within(1, longestDeliveredName);
        expect(name.isWellFormed()).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it("differs for two transfers wherever it was shortened", () => {
    fc.assert(
      fc.property(anyName, (fileName) => {
        fc.pre(Buffer.byteLength(fileName) > longestDeliveredName);
        expect(named("{name}", fileName, 7)).to.not.equal(named("{name}", fileName, 8));
      }),
    );
  });
});

describe("unknownPlaceholders", () => {
  const cases: [template: string, unknown: string[]][] = [
    ["{name}{stem}{extension}{publisher}{transfer}", []],
    ["claims.csv", []],
    ["{Name}-{stem}-{nmae}", ["Name", "nmae"]],
    ["{}{file-name}{file name}", ["", "file-name", "file name"]],
    ["{nmae}{nmae}", ["nmae"]],
    ["{constructor}{toString}", ["constructor", "toString"]],
    ["{{stem}}", []],
  ];
  for (const [template, unknown] of cases) {
    it(`of "${template}" are ${JSON.stringify(unknown)}`, () =>
      expect(unknownPlaceholders(template)).to.deep.equal(unknown));
  }
});
