import type { Colours } from "../../cli/colours-on";
import type { LedgerDelivery, LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import { printable } from "../../domain/printable";

type Reason = { reason: string | null };

/** What became of a transfer without deliveries: `no subscriber`, `truncated: …`. */
export function transferWords({ state, reason }: Pick<LedgerRow, "state"> & Reason, colours: Colours): string {
  return `${transferState(state, colours)}${because(reason)}`;
}

/** What became of a delivery: `→ beta/claims delivered as inbox/first.json, +1.3 s`. */
export function deliveryWords(
  delivery: Pick<LedgerDelivery, "subscriber" | "subscription" | "state" | "deliveredAs"> & Reason,
  /** From the file's arrival to the delivery, see {@link since}. */
  time: string,
  colours: Colours,
): string {
  const { subscriber, subscription, state, deliveredAs, reason } = delivery;
  const rest = deliveredAs === null ? because(reason) : ` as ${printable(deliveredAs)}, ${time}`;
  return `→ ${subscriber}/${subscription} ${stateWord(state, colours)}${rest}`;
}

const because = (reason: string | null) => (reason === null ? "" : `: ${printable(reason)}`);

/** The state of a transfer without deliveries. */
export const transferState = (state: LedgerRow["state"], colours: Colours): string =>
  state === "routed" ? colours.dim("no subscriber") : stateWord(state, colours);

/** A state in the colour that says whether somebody has to look at it. */
export function stateWord(state: LedgerRow["state"] | LedgerDelivery["state"], colours: Colours): string {
  if (state === "delivered" || state === "routed") return colours.green(state);
  if (state === "failed" || state === "truncated" || state === "quarantined") return colours.red(state);
  return colours.yellow(state);
}

/** `+1.3 s`; empty where it has not happened. */
export const since = (received: Date, time: Date | null): string =>
  time === null ? "" : `+${((time.getTime() - received.getTime()) / 1000).toFixed(1)} s`;
