import { expect } from "chai";
import { atMost } from "./at-most";

describe("atMost", () => {
  it("runs as many at a time, in order, whether they succeed or not", async () => {
    const limited = atMost(3);
    const begun: number[] = [];
    let [now, most] = [0, 0];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        limited(async () => {
          begun.push(i);
          most = Math.max(most, ++now);
          await new Promise((resolve) => setImmediate(resolve));
          now--;
          if (i % 4 === 0) throw new Error("one of them");
          return i;
        }),
      ),
    );
    expect(most).to.equal(3);
    expect(begun).to.deep.equal(Array.from({ length: 20 }, (_, i) => i));
    expect(outcomes.filter(({ status }) => status === "rejected").length).to.equal(5);
  });
});
