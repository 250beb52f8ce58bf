import type { ChangeKind } from "./plan";

/** Adds a change of the partner at hand. The graver of the reasons given decides the risk. */
export type Tell = (
  kind: ChangeKind,
  sentence: string,
  because?: { danger?: string | false; notice?: string | false },
) => void;
