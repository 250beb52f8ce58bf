import { expect } from "chai";
import fc from "fast-check";
import { formerTemporaryNames, numberedName, temporaryName } from "./delivery-names";

describe("temporaryName", () => {
  it("is hidden and names the file, its delivery and the claim", () => {
    expect(temporaryName("claims.csv", 17, 2)).to.equal(".claims.csv.17.2.part");
  });

  it("always fits into 255 bytes and stays this claim's own", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.nat(), fc.nat(), (name, delivery, claim) => {
        const temporary = temporaryName(name, delivery, claim);
        expect(Buffer.byteLength(temporary)).to.be.at.most(255);
        expect(temporary.endsWith(`.${delivery}.${claim}.part`)).to.equal(true);
        expect(Buffer.from(temporary).toString()).to.equal(temporary);
      }),
    );
  });
});

describe("formerTemporaryNames", () => {
  it("are those of the claims before, the latest first, and not without end", () => {
    expect(formerTemporaryNames("a.csv", 17, 1)).to.deep.equal([]);
    expect(formerTemporaryNames("a.csv", 17, 3)).to.deep.equal([".a.csv.17.2.part", ".a.csv.17.1.part"]);
    expect(formerTemporaryNames("a.csv", 17, 1000)).to.have.length(20);
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
