import type { Check } from "./check";
import { formerIds } from "./former-ids";

/** What holds of partners that had another id before. */
export const renameChecks: Record<string, Check> = {
  "A former id is nobody's id any more": ({ partners, broken }, report) => {
    const ids = new Set([...partners.map(({ id }) => id), ...[...broken].map((file) => file.split("/", 1)[0] ?? "")]);
    const claims = new Map<string, string>();
    for (const partner of partners) {
      const { id, source, settings } = partner;
      const former = formerIds(partner);
      for (const [index, name] of former.entries()) {
        const where = source.locate(typeof settings.previously === "string" ? ["previously"] : ["previously", index]);
        const claimed = claims.get(name);
        if (former.indexOf(name) < index) {
          report({ ...where, message: `"${name}" is listed twice`, fix: "list each former id once" });
        } else if (name === id && index === former.length - 1) {
          report({ ...where, message: `"${name}" is the partner's id now`, fix: "name the id that it had before" });
        } else if (name !== id && ids.has(name)) {
          report({
            ...where,
            message: `there still is a partner "${name}"`,
            fix: `a renamed partner has one folder: delete partners/${name}/, or remove \`previously\` if they are two`,
          });
        } else if (claimed !== undefined) {
          report({
            ...where,
            message: `${claimed} was "${name}" before, too`,
            fix: "only one partner keeps the files and history of a former id; remove it from the other",
          });
        }
        if (claimed === undefined) claims.set(name, id);
      }
    }
  },
};
