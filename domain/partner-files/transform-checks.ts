import { suggestion } from "../nearest";
import { wholeFile } from "../problem";
import { anyIn } from "./any-in";
import type { Check, Folder, Report } from "./check";

/** What becomes of files before they are delivered. */
export const transformChecks: Record<string, Check> = {
  "Transform steps fit together": transformStepsFit,
  "Every SQL file is used, and every SQL that is used exists": sqlFilesAreUsed,
};

function transformStepsFit({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners.flatMap(({ subscriptions }) => subscriptions)) {
    const steps = settings.transform ?? [];
    for (const [index, { convert }] of steps.entries()) {
      const before = steps[index - 1]?.convert.to;
      if (before === undefined || before === convert.from) continue;
      if (source.isWrong(["transform", index - 1, "convert", "to"])) continue;
      report({
        ...source.locate(["transform", index, "convert", "from"]),
        message: `the step before this one writes ${before}, and this one reads ${convert.from}`,
        fix: `write \`from: ${before}\``,
      });
    }
  }
}

function sqlFilesAreUsed({ partners, broken }: Folder, report: Report): void {
  for (const { id, subscriptions, transforms } of partners) {
    const used = new Set<string>();
    let isOneMissing = false;
    for (const { settings, source } of subscriptions) {
      for (const [index, { convert }] of (settings.transform ?? []).entries()) {
        if (convert.sql === undefined) continue;
        used.add(convert.sql);
        if (transforms.has(convert.sql) || anyIn(broken, `${id}/transforms/`)) continue;
        isOneMissing = true;
        report({
          ...source.locate(["transform", index, "convert", "sql"]),
          message: `there is no file ${id}/${convert.sql}`,
          fix: suggestion(convert.sql, [...transforms.keys()], "create it"),
        });
      }
    }
    // The file that seems to be unused may be the one that is missing under another name.
    if (isOneMissing || anyIn(broken, `${id}/subscriptions/`)) continue;
    for (const file of transforms.keys()) {
      if (used.has(file) || broken.has(`${id}/${file}`)) continue;
      report({
        ...wholeFile(`${id}/${file}`),
        message: "no subscription uses this file",
        fix: "name it in a `transform:`, or delete it",
      });
    }
  }
}
