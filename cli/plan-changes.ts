import { partnerAccess } from "../domain/partner-access";
import { type LoadedPartners, loadPartners } from "../domain/partner-files/load-partners";
import { readPartnerFolder } from "../domain/partner-files/read-partner-folder";
import { readPartnerRevision } from "../domain/partner-files/read-partner-revision";
import { makePlan } from "../domain/plan/make-plan";
import { planMarkdown } from "../domain/plan/plan-markdown";
import { planText } from "../domain/plan/plan-text";
import { mostRemovals } from "../domain/plan/removal-limit";
import { type Command, oneOf } from "./command";
import { type DefaultBase, defaultBase } from "./default-base";
import { reportFormats } from "./problem-report";

/** Says in sentences what a change of the partner files means. */
export const planChanges = {
  usage: `npm run plan [-- OPTIONS]

Says what the partner files mean for whom, compared with those of another Git revision: who gains or loses access,
which files start or stop flowing, what is risky. Reads files only; needs no AWS account.

  --base REF          the revision to compare with; unless told, where the head left origin/HEAD, origin/main or main
  --head REF          the revision to plan; the working tree unless told
  --partners FOLDER   the partners folder; partners unless told
  --format FORMAT     text, markdown (a comment on a pull request, with a picture) or json; text unless told
  --allow-removals    plan also where more partners or logins are removed than --removal-share says
  --removal-share N   that share, in percent; ${mostRemovals} unless told

Exit code: 0 planned, 1 refused or the files to plan have problems, 2 it could not be planned.`,
  options: {
    base: { type: "string" },
    head: { type: "string" },
    partners: { type: "string", default: "partners" },
    format: { type: "string", default: "text" },
    "allow-removals": { type: "boolean", default: false },
    "removal-share": { type: "string", default: String(mostRemovals) },
  },
  async run(options, { print, warn, colours, warningColours }) {
    const { head, partners: folder } = options;
    const format = oneOf("format", options.format, ["text", "markdown", "json"]);
    const base = options.base === undefined ? await defaultBase(folder, head) : named(options.base);
    const before = loadPartners(await readPartnerRevision(folder, base.revision));
    const after = loadPartners(
      await (head === undefined ? readPartnerFolder(folder) : readPartnerRevision(folder, head)),
    );
    if (after.problems.length > 0) {
      warn(reportFormats.text({ folder, partners: after.partners.length, problems: after.problems }, warningColours));
      return 1;
    }
    const plan = makePlan(before.partners.map(partnerAccess), after.partners.map(partnerAccess), {
      allowRemovals: options["allow-removals"],
      removalShare: percent(options["removal-share"]),
      notes: baseNotes(base.name, before),
    });
    if (format === "text")
      print(`${planText(plan, colours)}${options.base === undefined ? `compared with ${base.name}\n` : ""}`);
    else print(format === "markdown" ? planMarkdown(plan) : `${JSON.stringify(plan, null, 2)}\n`);
    return plan.refusal === null ? 0 : 1;
  },
} satisfies Command<{
  base: { type: "string" };
  head: { type: "string" };
  partners: { type: "string"; default: string };
  format: { type: "string"; default: string };
  "allow-removals": { type: "boolean"; default: boolean };
  "removal-share": { type: "string"; default: string };
}>;

const named = (revision: string): DefaultBase => ({ revision, name: revision });

function percent(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 100) || text.trim() === "") {
    throw new Error(`--removal-share is a number from 0 to 100, not "${text}"; see --help`);
  }
  return value;
}

/** A revision from before this folder existed has no partners; any other with problems was never deployed like that. */
function baseNotes(base: string, { partners, problems }: LoadedPartners): string[] {
  if (problems.length === 0) return [];
  if (partners.length === 0) return [`there are no partners at ${base}`];
  return [
    `the partner files at ${base} do not pass today's checks (${problems[0]?.file}), so some changes may be missing`,
  ];
}
