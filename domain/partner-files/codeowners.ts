import type { Partner } from "./partner";

/**
 * GitHub's CODEOWNERS: the base, which names a default, and a line for each partner that names owners of its own. The
 * last line that matches a file counts.
 * @param folder the partners folder, as seen from the root of the repository: `partners`.
 */
export function codeowners(
  base: string,
  partners: readonly Pick<Partner, "id" | "settings">[],
  folder: string,
): string {
  const lines = partners.flatMap(({ id, settings }) =>
    settings.owners ? [`/${folder}/${id}/ ${settings.owners.join(" ")}`] : [],
  );
  return [
    "# Written by `npm run codeowners` from CODEOWNERS.base and each partner's `owners:`. Change those.",
    base.trim(),
    ...(lines.length > 0 ? ["", ...lines] : []),
    "",
  ].join("\n");
}
