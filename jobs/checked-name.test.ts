import { expect } from "chai";
import { checkedName } from "./checked-name";

describe("checkedName", () => {
  for (const name of ["", ".", "..", "a/b", "/etc/passwd", "../x", "a\0b"]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => checkedName(name)).to.throw("cannot be a file's name");
    });
  }

  for (const name of ["claims.csv", "-rf", "...", " ", "a\nb", "Überweisung 7.csv", "\"quoted'.csv", "a\\b"]) {
    it(`takes ${JSON.stringify(name)}`, () => {
      expect(checkedName(name)).to.equal(name);
    });
  }
});
