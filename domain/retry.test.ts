import { expect } from "chai";
import fc from "fast-check";
import { mostSendAttempts, retryDelay } from "./retry";

describe("retryDelay", () => {
  it("grows by 4 from 10 seconds and stops at 6 hours", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => retryDelay(attempt, 1))).to.deep.equal([
      10, 40, 160, 640, 2560, 10_240, 21_600, 21_600,
    ]);
  });

  it("may be any time between half of its limit and all", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const limit = retryDelay(attempt, 1);
        expect(retryDelay(attempt, random)).to.be.within(limit / 2, limit);
        expect(limit).to.be.at.most(21_600);
      }),
    );
  });

  it("outlasts four hours of maintenance, however the dice fall", () => {
    const delays = Array.from({ length: mostSendAttempts - 1 }, (_, i) => retryDelay(i + 1, 0));
    expect(delays.reduce((sum, delay) => sum + delay)).to.be.greaterThan(4 * 3600);
  });

  it("takes an attempt that was never counted as the first", () => {
    expect(retryDelay(0, 1)).to.equal(10);
  });
});
