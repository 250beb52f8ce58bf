import { expect } from "chai";
import { removalRefusal } from "./removal-limit";

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const refusal = (partners: number, logins: number, share = 10) =>
  removalRefusal(
    { before: { partners: 20, logins: 10 }, removed: { partners: names(partners), logins: names(logins) } },
    share,
  );

describe("removalRefusal", () => {
  it("lets one go, and up to the share", () => {
    expect(refusal(0, 0)).to.equal(null);
    expect(refusal(1, 1)).to.equal(null);
    expect(refusal(2, 1)).to.equal(null);
    expect(refusal(1, 1, 0)).to.equal(null);
  });

  it("refuses more, with numbers and names", () => {
    expect(refusal(3, 1)).to.equal(
      "this removes 3 of 20 partners (15 %: p0, p1, p2), and more than 10 % needs --allow-removals",
    );
    expect(refusal(3, 2)).to.equal(
      "this removes 3 of 20 partners (15 %: p0, p1, p2) and 2 of 10 logins (20 %: p0, p1), and more than 10 % needs --allow-removals",
    );
    expect(refusal(3, 2, 20)).to.equal(null);
  });
});
