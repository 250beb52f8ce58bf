import type { Partner } from "./partner";

/**
 * GitHub's CODEOWNERS: the base, which names a default, and a line for each partner that names owners of its own. The
 * last line that matches a file counts, and the approval of one of its owners is enough. So what a partner receives,
 * which mostly is files of others, has the default owners alone: beside them, its own people could approve it.
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
  const defaults = [...base.matchAll(/^\*[ \t]+([^#\r\n]*[^#\s])/gm)].at(-1)?.[1];
  if (lines.length > 0 && defaults !== undefined) {
    const receiving = ["subscriptions", "transforms"].map((own) => `/${folder}/*/${own}/ ${defaults}`);
    lines.push("", "# What a partner gets of the others' files is not for its own people to decide.", ...receiving);
  }
  return [
    "# Written by `npm run codeowners` from CODEOWNERS.base and each partner's `owners:`. Change those.",
    base.trim(),
    ...(lines.length > 0 ? ["", ...lines] : []),
    "",
  ].join("\n");
}
