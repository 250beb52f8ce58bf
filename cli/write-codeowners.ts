import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { codeowners } from "../domain/partner-files/codeowners";
import { loadPartners } from "../domain/partner-files/load-partners";
import type { Partner } from "../domain/partner-files/partner";
import { readPartnerFolder } from "../domain/partner-files/read-partner-folder";
import type { Command } from "./command";
import { reportFormats } from "./problem-report";

/**
 * Writes `.github/CODEOWNERS` beside a partners folder, where there is a `.github/CODEOWNERS.base`.
 * Returns its path, or undefined where there is none to write.
 */
export function writeCodeowners(folder: string, partners: readonly Partner[]): string | undefined {
  const base = join(folder, "../.github/CODEOWNERS.base");
  if (!existsSync(base)) return undefined;
  const file = join(folder, "../.github/CODEOWNERS");
  const text = codeowners(readFileSync(base, "utf8"), partners, basename(resolve(folder)));
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return file;
}

/** `npm run codeowners`. A test fails when the file is stale. */
export const codeownersCommand: Command<{ partners: { type: "string"; default: string } }> = {
  usage: `npm run codeowners [-- --partners FOLDER]

Writes .github/CODEOWNERS from .github/CODEOWNERS.base and the \`owners:\` of each partner.

  --partners FOLDER  the partners folder; partners unless told. .github is beside it`,
  options: { partners: { type: "string", default: "partners" } },
  async run({ partners: folder }, { print, warn, warningColours }) {
    const { partners, problems } = loadPartners(await readPartnerFolder(folder));
    if (problems.length > 0) {
      warn(reportFormats.text({ folder, partners: partners.length, problems }, warningColours));
      return 1;
    }
    const file = writeCodeowners(folder, partners);
    if (file === undefined) throw new Error("there is no .github/CODEOWNERS.base beside the partners folder");
    print(`${file}\n`);
    return 0;
  },
};
