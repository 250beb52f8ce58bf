import { expect } from "chai";
import { coloursOn } from "../../cli/colours-on";
import type { Settled } from "../../domain/ledger/transfers/read-settled";
import { settledLine } from "./settled-line";

const move = {
  ...{ move: 1, transfer: 1, publisher: "acme", fileName: "first.json", reason: null },
  receivedAt: new Date(2026, 10, 20, 12, 40, 2, 100),
  at: new Date(2026, 10, 20, 12, 40, 3, 400),
};
const delivery = { ...move, delivery: 1, subscriber: "beta", subscription: "claims", deliveredAs: null };

describe("settledLine", () => {
  const cases: [Settled, string][] = [
    [
      { ...delivery, state: "delivered", deliveredAs: "inbox/first.json" },
      "→ beta/claims delivered as inbox/first.json, +1.3 s",
    ],
    [{ ...delivery, state: "failed", reason: "the\nserver says no" }, "→ beta/claims failed: the\\u000aserver says no"],
    [{ ...delivery, state: "cancelled" }, "→ beta/claims cancelled"],
    [{ ...move, delivery: null, state: "routed" }, "no subscriber"],
    [{ ...move, delivery: null, state: "truncated", reason: "PARTIAL_UPLOAD" }, "truncated: PARTIAL_UPLOAD"],
    [{ ...move, delivery: null, state: "quarantined", reason: "a virus" }, "quarantined: a virus"],
  ];
  for (const [settled, expected] of cases) {
    it(`says "${expected}"`, () => {
      expect(settledLine(settled, coloursOn({}))).to.equal(`12:40:03 acme first.json ${expected}`);
    });
  }
});
