import Table from "cli-table3";
import type { LedgerDelivery, LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import { colours } from "./colours";

const plain = {
  style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  chars: {
    ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
    ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
    ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
  },
};

/** The ledger as a table: a line for each delivery, and one for each transfer that has none. Times count from the upload's arrival. */
export function ledgerTable(rows: readonly LedgerRow[]): string {
  const table = new Table({
    head: ["#", "from", "file", "bytes", "state", "to", "delivered as", "bytes", "SHA-256", "routed", "arrived"].map(
      colours.bold,
    ),
    ...plain,
  });
  for (const row of [...rows].reverse()) {
    const upload = [String(row.transfer), row.publisher, printable(row.fileName), String(row.size)];
    if (row.deliveries.length === 0) {
      const state = stateText(row.state === "routed" ? "no subscriber" : row.state);
      const settled = since(row.receivedAt, row.settledAt);
      table.push([...upload, state, "", row.reason ?? "", "", short(row.sha256), settled, ""]);
    }
    for (const [index, delivery] of row.deliveries.entries()) {
      table.push([...(index === 0 ? upload : ["", "", "", ""]), ...deliveryCells(row, delivery)]);
    }
  }
  return table.toString();
}

function deliveryCells(row: LedgerRow, delivery: LedgerDelivery): string[] {
  return [
    stateText(delivery.state),
    `${delivery.subscriber}/${delivery.subscription}`,
    printable(delivery.deliveredAs ?? delivery.reason ?? ""),
    String(delivery.size),
    short(delivery.sha256),
    since(row.receivedAt, delivery.createdAt),
    since(row.receivedAt, delivery.deliveredAt),
  ];
}

/** A state in the colour that says whether somebody has to look at it. */
export function stateText(state: LedgerRow["state"] | LedgerDelivery["state"] | "no subscriber"): string {
  if (state === "no subscriber") return colours.dim(state);
  if (state === "delivered" || state === "routed") return colours.green(state);
  if (state === "failed" || state === "truncated" || state === "quarantined") return colours.red(state);
  return colours.yellow(state);
}

const short = (sha256: string | null) => (sha256 === null ? "" : `${sha256.slice(0, 12)}…`);

/** `+1.3 s`; empty where it has not happened. */
export const since = (received: Date, time: Date | null) =>
  time === null ? "" : `+${((time.getTime() - received.getTime()) / 1000).toFixed(1)} s`;

/** Names come from partners: what would move the cursor or break the table is shown as an escape. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
