import { expect } from "chai";
import { checkedName } from "./checked-name";

describe("checkedName", () => {
  for (const name of ["", ".", "..", "a/b", "/etc/passwd", "../x", "a\0b", ".netrc", "a.csv:x", "a.csv.", "a "]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => checkedName(name)).to.throw("cannot be a delivered file's name");
    });
  }

  for (const name of ["claims.csv", "-rf", "Überweisung 7.csv", "\"quoted'.csv", "a.b.c"]) {
    it(`takes ${JSON.stringify(name)}`, () => {
      expect(checkedName(name)).to.equal(name);
    });
  }
});
