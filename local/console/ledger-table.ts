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
      const state = row.state === "routed" ? colours.dim("no subscriber") : coloured(row.state);
      table.push([...upload, state, "", row.reason ?? "", "", short(row.sha256), since(row, row.settledAt), ""]);
    }
    for (const [index, delivery] of row.deliveries.entries()) {
      table.push([...(index === 0 ? upload : ["", "", "", ""]), ...deliveryCells(row, delivery)]);
    }
  }
  return table.toString();
}

function deliveryCells(row: LedgerRow, delivery: LedgerDelivery): string[] {
  return [
    coloured(delivery.state),
    `${delivery.subscriber}/${delivery.subscription}`,
    printable(delivery.deliveredAs ?? delivery.reason ?? ""),
    String(delivery.size),
    short(delivery.sha256),
    since(row, delivery.createdAt),
    since(row, delivery.deliveredAt),
  ];
}

function coloured(state: string): string {
  if (state === "delivered" || state === "routed") return colours.green(state);
  if (state === "failed" || state === "truncated") return colours.red(state);
  return colours.yellow(state);
}

const short = (sha256: string | null) => (sha256 === null ? "" : `${sha256.slice(0, 12)}…`);

const since = (row: LedgerRow, time: Date | null) =>
  time === null ? "" : `+${((time.getTime() - row.receivedAt.getTime()) / 1000).toFixed(1)} s`;

/** Names come from partners: what would move the cursor or break the table is shown as an escape. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
