import { printable } from "../printable";
import type { Change, Plan } from "./plan";
import { planSummary } from "./plan-summary";

/** Wraps a text in a colour, or leaves it as it is. */
export interface PlanColours {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

/** The plan for a terminal: `!` before what is dangerous, `~` before what is to be noted. */
export function planText(plan: Plan, colours: PlanColours): string {
  const lines: string[] = [];
  for (const [partner, changes] of Map.groupBy(plan.changes, (change) => change.partner)) {
    lines.push(colours.bold(partner), ...changes.map((change) => changeLine(change, colours)), "");
  }
  lines.push(...plan.notes.map((note) => `note: ${printable(note)}`), planSummary(plan));
  if (plan.refusal !== null) lines.push(colours.red(`refused: ${printable(plan.refusal)}`));
  return `${lines.join("\n")}\n`;
}

function changeLine({ risk, sentence, because }: Change, { red, yellow }: PlanColours): string {
  const text = printable(because === null ? sentence : `${sentence} — ${because}`);
  if (risk === "danger") return red(`  ! ${text}`);
  return risk === "notice" ? yellow(`  ~ ${text}`) : `    ${text}`;
}
