import type { Settled, SettledDelivery } from "../../domain/ledger/transfers/read-settled";
import { colours } from "./colours";
import { printable, since, stateText } from "./ledger-table";

/** `12:40:03 acme first.json → beta/claims delivered as inbox/first.json, +1.3 s`; a person's own time of day. */
export function settledLine(settled: Settled): string {
  const time = colours.dim(settled.at.toTimeString().slice(0, 8));
  const file = `${settled.publisher} ${printable(settled.fileName)}`;
  return `${time} ${file} ${settled.delivery === null ? transferEnd(settled) : deliveryEnd(settled)}`;
}

function transferEnd({ state, reason }: Settled): string {
  return `${stateText(state === "routed" ? "no subscriber" : state)}${because(reason)}`;
}

function deliveryEnd({
  subscriber,
  subscription,
  state,
  reason,
  deliveredAs,
  receivedAt,
  at,
}: SettledDelivery): string {
  const what =
    state === "delivered" ? ` as ${printable(deliveredAs ?? "")}, ${since(receivedAt, at)}` : because(reason);
  return `→ ${subscriber}/${subscription} ${stateText(state)}${what}`;
}

const because = (reason: string | null) => (reason === null ? "" : `: ${printable(reason)}`);
