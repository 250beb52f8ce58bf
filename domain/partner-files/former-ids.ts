import type { Partner } from "./partner";

type Named = Pick<Partner, "id" | "settings">;

/** The ids that a partner had before its present one, as its file declares them: oldest first. */
export function formerIds({ settings: { previously } }: Named): string[] {
  if (previously === undefined) return [];
  return typeof previously === "string" ? [previously] : previously;
}

/** The first id that the partner ever had. Its files stay under this one for good: objects cannot be renamed, only copied. */
export function originalId(partner: Named): string {
  return formerIds(partner)[0] ?? partner.id;
}
