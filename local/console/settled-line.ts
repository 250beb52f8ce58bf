import type { Colours } from "../../cli/colours-on";
import type { Settled } from "../../domain/ledger/transfers/read-settled";
import { printable } from "../../domain/printable";
import { deliveryWords, since, transferWords } from "./settled-words";

/** `12:40:03 acme first.json → beta/claims delivered as inbox/first.json, +1.3 s`; the reader's own time of day. */
export function settledLine(settled: Settled, colours: Colours): string {
  const { at, publisher, fileName, receivedAt } = settled;
  const time = colours.dim(at.toTimeString().slice(0, 8));
  const what =
    settled.delivery === null
      ? transferWords(settled, colours)
      : deliveryWords(settled, since(receivedAt, at), colours);
  return `${time} ${publisher} ${printable(fileName)} ${what}`;
}
