import type { Change, Plan, Risk } from "./plan";
import { count } from "./words";

export const ofRisk = ({ changes }: Plan, risk: Risk): Change[] => changes.filter((change) => change.risk === risk);

/** `6 changes, 1 of them dangerous, 2 to note; 5 → 6 partners, 4 → 5 logins`. */
export function planSummary(plan: Plan): string {
  const { before, after, changes } = plan;
  if (changes.length === 0) return `no changes; ${count(after.partners, "partner")}, ${count(after.logins, "login")}`;
  const dangers = ofRisk(plan, "danger").length;
  const notices = ofRisk(plan, "notice").length;
  const parts = [
    count(changes.length, "change"),
    ...(dangers > 0 ? [`${dangers} dangerous`] : []),
    ...(notices > 0 ? [`${notices} to note`] : []),
  ];
  const moved = (from: number, to: number, noun: string) =>
    from === to ? count(to, noun) : `${from} → ${count(to, noun)}`;
  return `${parts.join(", ")}; ${moved(before.partners, after.partners, "partner")}, ${moved(before.logins, after.logins, "login")}`;
}
