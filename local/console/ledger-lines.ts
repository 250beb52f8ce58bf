import Table from "cli-table3";
import type { LedgerDelivery, LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import { printable } from "../../domain/printable";
import { deliveryWords, since, stateWord, transferState, transferWords } from "./settled-words";
import type { Looks } from "./terminal";
import { widthOf, wrap } from "./wrap";

/**
 * The ledger, oldest transfer first: a table, or where the screen is too narrow for it a paragraph for each transfer.
 * Times count from the upload's arrival.
 */
export function ledgerLines(rows: readonly LedgerRow[], looks: Looks): string[] {
  const oldestFirst = [...rows].reverse();
  const table = tableLines(oldestFirst, looks);
  const { columns } = looks;
  if (columns === undefined || Math.max(...table.map(({ line }) => widthOf(line))) <= columns) {
    const [head = { line: "" }] = table;
    const indent = widthOf(head.line.slice(0, head.line.indexOf("state")));
    return table.flatMap(({ line, reason }) =>
      reason === null ? [line] : [line, wrap(`${" ".repeat(indent)}${printable(reason)}`, columns, indent)],
    );
  }
  return oldestFirst.flatMap((row) => paragraph(row, looks));
}

function paragraph(row: LedgerRow, { colours, columns }: Looks): string[] {
  const ends =
    row.deliveries.length === 0
      ? [transferWords(row, colours)]
      : row.deliveries.map((delivery) => deliveryWords(delivery, since(row.receivedAt, delivery.deliveredAt), colours));
  const title = `  ${colours.bold(`${row.publisher} ${printable(row.fileName)}`)}`;
  return [wrap(title, columns, 4), ...ends.map((end) => wrap(`    ${end}`, columns, 6))];
}

/** A line of the table, and why it is not as it should be: reasons are sentences, too long for a cell. */
interface TableLine {
  line: string;
  reason: string | null;
}

const heads = ["#", "from", "file", "bytes", "state", "to", "delivered as", "bytes", "SHA-256", "routed", "arrived"];

const plain = {
  style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  chars: {
    ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
    ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
    ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
  },
};

/** The head, a line for each delivery, and one for each transfer that has none. */
function tableLines(rows: readonly LedgerRow[], looks: Looks): TableLine[] {
  const { colours } = looks;
  const table = new Table({ head: heads.map(colours.bold), ...plain });
  const reasons: (string | null)[] = [null];
  for (const row of rows) {
    const upload = [String(row.transfer), row.publisher, printable(row.fileName), String(row.size)];
    if (row.deliveries.length === 0) {
      const settled = since(row.receivedAt, row.settledAt);
      table.push([...upload, transferState(row.state, colours), "", "", "", short(row.sha256), settled, ""]);
      reasons.push(row.reason);
    }
    for (const [index, delivery] of row.deliveries.entries()) {
      table.push([...(index === 0 ? upload : ["", "", "", ""]), ...deliveryCells(row, delivery, looks)]);
      reasons.push(delivery.deliveredAs === null ? delivery.reason : null);
    }
  }
  const lines = table.toString().split("\n");
  return lines.map((line, index) => ({ line: line.trimEnd(), reason: reasons[index] ?? null }));
}

function deliveryCells(row: LedgerRow, delivery: LedgerDelivery, { colours }: Looks): string[] {
  return [
    stateWord(delivery.state, colours),
    `${delivery.subscriber}/${delivery.subscription}`,
    printable(delivery.deliveredAs ?? ""),
    String(delivery.size),
    short(delivery.sha256),
    since(row.receivedAt, delivery.createdAt),
    since(row.receivedAt, delivery.deliveredAt),
  ];
}

const short = (sha256: string | null) => (sha256 === null ? "" : `${sha256.slice(0, 12)}…`);
