import { expect } from "chai";
import fc from "fast-check";
import { numberedName, temporaryName } from "./delivery-names";

describe("temporaryName", () => {
  it("is hidden and names the file and its delivery", () => {
    expect(temporaryName("claims.csv", 17)).to.equal(".claims.csv.17.part");
  });

  it("always fits into 255 bytes and stays this delivery's own", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.nat(), (name, delivery) => {
        const temporary = temporaryName(name, delivery);
        expect(Buffer.byteLength(temporary)).to.be.at.most(255);
        expect(temporary.endsWith(`.${delivery}.part`)).to.equal(true);
        expect(Buffer.from(temporary).toString()).to.equal(temporary);
      }),
    );
  });
});

describe("numberedName", () => {
  for (const [name, numbered] of [
    ["claims.csv", "claims-1.csv"],
    ["claims", "claims-1"],
    ["claims.2024.csv", "claims.2024-1.csv"],
    ["claims.csv.gz", "claims-1.csv.gz"],
    ["claims.tar.gz", "claims-1.tar.gz"],
    ["claims.gz", "claims-1.gz"],
    [".profile", ".profile-1"],
    ["a.b.pgp", "a-1.b.pgp"],
  ] as const) {
    it(`makes ${numbered} of ${name}`, () => {
      expect(numberedName(name, 1)).to.equal(numbered);
    });
  }

  it("leaves the name as it is for 0", () => {
    expect(numberedName("claims.csv", 0)).to.equal("claims.csv");
  });
});
