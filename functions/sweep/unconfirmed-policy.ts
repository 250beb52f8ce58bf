import type { UnconfirmedPolicy } from "../../domain/ledger/transfers/settle-unconfirmed";

/** Reads the stack's word for it; throws where it is none. */
export function unconfirmedPolicy(text: string): UnconfirmedPolicy {
  if (text === "hold" || text === "route") return text;
  throw new Error(`UNCONFIRMED_POLICY is "${text}"; it is hold or route`);
}
