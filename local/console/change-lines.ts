import type { Colours } from "../../cli/colours-on";
import type { Change } from "../program/local-stack";

const signs = {
  create: ["green", "+"],
  update: ["yellow", "~"],
  replace: ["magenta", "±"],
  delete: ["red", "-"],
} as const satisfies Record<Change["operation"], [keyof Colours, string]>;

/** One line for each change: `  ~ aws:lambda/invocation:Invocation acme-health (input)`. Components are left out. */
export function changeLines(changes: readonly Change[], colours: Colours): string[] {
  return changes
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ operation, type, name, keys }) => {
      const detail = keys.length === 0 ? "" : colours.dim(` (${keys.join(", ")})`);
      const [colour, sign] = signs[operation];
      return `    ${colours[colour](sign)} ${type} ${colours.bold(name)}${detail}`;
    });
}

/** How many resources of the largest provider modules stand: `cloudwatch 42, ec2 37, iam 32, …`. */
export function resourceSummary(resources: readonly { type: string }[]): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    const [provider = "", module = ""] = type.split(/[:/]/);
    if (provider === "pulumi") continue;
    const subject = provider === "aws" || provider === "awsx" ? module : provider;
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  const largestFirst = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = largestFirst.slice(0, 3).map(([subject, count]) => `${subject} ${count}`);
  return [...shown, ...(largestFirst.length > shown.length ? ["…"] : [])].join(", ");
}
