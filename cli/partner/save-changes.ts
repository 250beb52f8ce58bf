import { partnerAccess } from "../../domain/partner-access";
import { type FileChanges, realChanges, withChanges } from "../../domain/partner-files/changes/file-changes";
import { loadPartners } from "../../domain/partner-files/load-partners";
import type { FileMap } from "../../domain/partner-files/read-partner-folder";
import { makePlan } from "../../domain/plan/make-plan";
import { planText } from "../../domain/plan/plan-text";
import { reportFormats } from "../problem-report";
import { writeCodeowners } from "../write-codeowners";
import type { Session } from "./session";
import { writeTogether } from "./write-together";

export interface Save {
  folder: string;
  files: FileMap;
  changes: FileChanges;
  isDryRun: boolean;
  /** What a person has to do now. */
  next: readonly string[];
}

/**
 * Writes changes of partner files where the result passes the checks, and says what they mean and what comes next.
 * Returns the exit code: 1 where it refuses, and then nothing was written.
 */
export function saveChanges({ terminal }: Session, { folder, files, changes, isDryRun, next }: Save): number {
  const { print, warn, colours, warningColours } = terminal;
  const real = realChanges(files, changes);
  if (real.size === 0) {
    print("Nothing would change.\n");
    return 0;
  }
  const before = loadPartners(files);
  const after = loadPartners(withChanges(files, real));
  if (after.problems.length > 0) {
    const report = { folder, partners: after.partners.length, problems: after.problems };
    warn(reportFormats.text(report, warningColours));
    const old = before.problems.length > 0 ? `${folder}/ had problems before; npm run check lists them. ` : "";
    warn(`${old}Nothing was written.\n`);
    return 1;
  }
  if (!isDryRun) {
    writeTogether(folder, real);
    writeCodeowners(folder, after.partners);
  }
  for (const line of changeLines(files, real, folder)) print(`${line}\n`);
  const plan = makePlan(before.partners.map(partnerAccess), after.partners.map(partnerAccess), { allowRemovals: true });
  print(`\n${planText(plan, colours)}`);
  if (isDryRun) print("\nA dry run: nothing was written.\n");
  else print(`\n${colours.bold("What comes next")}\n${next.map((step) => `- ${step}\n`).join("")}`);
  return 0;
}

/** What becomes of each file. A file that only gets another folder of the partners folder is moved. */
function changeLines(files: FileMap, changes: FileChanges, folder: string): string[] {
  const paths = [...changes.keys()].sort();
  const isDeleted = (path: string) => changes.get(path) === null;
  const isCreated = (path: string) => !isDeleted(path) && !files.has(path);
  const withinPartner = (path: string) => path.slice(path.indexOf("/"));
  const moves = new Map(
    paths.filter(isDeleted).flatMap((from) => {
      const to = paths.filter(isCreated).find((path) => withinPartner(path) === withinPartner(from));
      return to === undefined ? [] : [[from, to] as const];
    }),
  );
  const targets = new Set(moves.values());
  return paths.flatMap((path) => {
    if (targets.has(path)) return [];
    const target = moves.get(path);
    if (target !== undefined) return [`moved ${folder}/${path} to ${folder}/${target}`];
    return [`${isDeleted(path) ? "deleted" : isCreated(path) ? "created" : "changed"} ${folder}/${path}`];
  });
}
