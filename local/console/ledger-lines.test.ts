import { expect } from "chai";
import { coloursOn } from "../../cli/colours-on";
import type { LedgerDelivery, LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import { ledgerLines } from "./ledger-lines";

const receivedAt = new Date("2026-11-20T12:00:00.000Z");
const later = (milliseconds: number) => new Date(receivedAt.getTime() + milliseconds);
const reason = "Malformed JSON, at byte 1 in record/value 2: invalid literal. Expected a value.";

const delivery = (own: Partial<LedgerDelivery>): LedgerDelivery => ({
  ...{ delivery: 1, subscriber: "acme-health", subscription: "claims", state: "delivered", deliveredAs: null },
  ...{ size: 348, sha256: "ab".repeat(32), attempts: 1, reason: null },
  ...{ createdAt: later(100), readyAt: null, deliveredAt: null },
  ...own,
});
const row = (own: Partial<LedgerRow>): LedgerRow => ({
  ...{ transfer: 1, publisher: "northwind", fileGroup: "claims", fileName: "claims.json", size: 47303 },
  ...{ sha256: null, state: "routed", reason: null, receivedAt, settledAt: later(100), deliveries: [] },
  ...own,
});

const rows = [
  row({
    transfer: 2,
    deliveries: [
      delivery({ deliveredAs: "inbox/claims/northwind-claims.csv", deliveredAt: later(1300) }),
      delivery({ subscriber: "blue-harbor", state: "failed", reason }),
    ],
  }),
  row({ fileName: "alone.csv" }),
];

describe("ledgerLines", () => {
  const lines = (columns?: number) => ledgerLines(rows, { colours: coloursOn({}), columns });

  it("are the whole table where nobody has a screen, with reasons on lines of their own", () => {
    expect(lines()).to.deep.equal([
      "#  from       file         bytes  state          to                  delivered as                       bytes  SHA-256        routed  arrived",
      "1  northwind  alone.csv    47303  no subscriber                                                                               +0.1 s",
      "2  northwind  claims.json  47303  delivered      acme-health/claims  inbox/claims/northwind-claims.csv  348    abababababab…  +0.1 s  +1.3 s",
      "                                  failed         blue-harbor/claims                                     348    abababababab…  +0.1 s",
      `                                  ${reason}`,
    ]);
    expect(lines(150)).to.deep.equal(lines());
  });

  it("are sentences where the screen is too narrow, broken between words", () => {
    expect(lines(60)).to.deep.equal([
      "  northwind alone.csv",
      "    no subscriber",
      "  northwind claims.json",
      "    → acme-health/claims delivered as\n      inbox/claims/northwind-claims.csv, +1.3 s",
      "    → blue-harbor/claims failed: Malformed JSON, at byte 1\n      in record/value 2: invalid literal. Expected a value.",
    ]);
  });
});
