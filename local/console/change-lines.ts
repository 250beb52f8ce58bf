import type { Change } from "../program/local-stack";
import { colours } from "./colours";

const signs: Record<Change["operation"], string> = {
  create: colours.green("+"),
  update: colours.yellow("~"),
  replace: colours.magenta("±"),
  delete: colours.red("-"),
};

/** One line for each change: `  ~ aws:lambda/invocation:Invocation acme-health (input)`. Components are left out. */
export function changeLines(changes: readonly Change[]): string[] {
  return changes
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ operation, type, name, keys }) => {
      const detail = keys.length === 0 ? "" : colours.dim(` (${keys.join(", ")})`);
      return `    ${signs[operation]} ${type} ${colours.bold(name)}${detail}`;
    });
}

/** How many resources of each provider module stand: `transfer 1, lambda 14, …`, the largest first. */
export function resourceSummary(resources: readonly { type: string }[]): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    const [provider = "", module = ""] = type.split(/[:/]/);
    if (provider === "pulumi") continue;
    const subject = provider === "aws" || provider === "awsx" ? module : provider;
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([subject, count]) => `${subject} ${count}`)
    .join(", ");
}
