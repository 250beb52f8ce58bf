import { loadPartners } from "../domain/partner-files/load-partners";
import { readPartnerFolder } from "../domain/partner-files/read-partner-folder";
import { checkTransforms } from "./check-transforms";
import { type Command, oneOf } from "./command";
import { formatNames, reportFormats } from "./problem-report";

/** Checks everything about partner files that can be known without AWS. */
export const checkPartnerFiles = {
  usage: `npm run check [-- OPTIONS]

Checks partner files: form, names, keys, addresses, folders, globs, flows, limits, samples and secrets that were
pasted by mistake. Everything at once, each with its place and what to do. Where all that is right, runs every transform
over the samples that it applies to and compares with their expected results. Needs no AWS account.

  --partners FOLDER  the partners folder; partners unless told
  --format FORMAT    text: a line for each problem (default)
                     github: annotations on the pull request
                     json: {"partners": count, "problems": [{"file", "line", "column", "message", "fix"}, …]}

Exit code: 0 nothing is wrong, 1 something is, 2 it could not be checked.`,
  options: { partners: { type: "string", default: "partners" }, format: { type: "string", default: "text" } },
  async run({ partners: folder, format }, { print, colours }) {
    const render = reportFormats[oneOf("format", format, formatNames)];
    const { partners, problems: wrong } = loadPartners(await readPartnerFolder(folder));
    // Of files that are wrong themselves, running them would only say so again.
    const problems = wrong.length > 0 ? wrong : await checkTransforms(partners);
    print(render({ folder, partners: partners.length, problems }, colours));
    return problems.length === 0 ? 0 : 1;
  },
} satisfies Command<{
  partners: { type: "string"; default: string };
  format: { type: "string"; default: string };
}>;
