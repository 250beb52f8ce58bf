import type { Plan } from "./plan";

/** The share of all partners, or of all logins, that one change may remove without being asked, in percent. */
export const mostRemovals = 10;

/**
 * Why a plan that removes this much must be confirmed; null where it need not be. One partner or login may always go:
 * in a small folder it is more than any share.
 */
export function removalRefusal({ before, removed }: Pick<Plan, "before" | "removed">, share: number): string | null {
  const tooMany = (["partners", "logins"] as const).filter(
    (what) => removed[what].length > 1 && removed[what].length * 100 > share * before[what],
  );
  if (tooMany.length === 0) return null;
  const numbers = tooMany.map((what) => {
    const percent = Math.round((removed[what].length / before[what]) * 100);
    return `${removed[what].length} of ${before[what]} ${what} (${percent} %: ${removed[what].join(", ")})`;
  });
  return `this removes ${numbers.join(" and ")}, and more than ${share} % needs --allow-removals`;
}
