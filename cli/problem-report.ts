import { formatProblem, type Problem } from "../domain/problem";
import type { Colours } from "./colours-on";

/** What a check found. */
export interface ProblemReport {
  /** The partners folder, as it was given: the problems' files are below it. */
  folder: string;
  /** How many partners could be read. */
  partners: number;
  problems: readonly Problem[];
}

export type ReportFormat = "text" | "github" | "json";
export const formatNames: readonly ReportFormat[] = ["text", "github", "json"];

type Render = (report: ProblemReport, colours: Colours) => string;

/** The report as text, by format. */
export const reportFormats: Record<ReportFormat, Render> = {
  text: (report, colours) =>
    lines([
      ...located(report).map((problem) =>
        formatProblem(problem).replace(/^.*?:\d+:\d+:/, (place) => colours.bold(place)),
      ),
      report.problems.length === 0 ? colours.green(summary(report)) : colours.red(summary(report)),
    ]),
  github: (report) => lines([...located(report).map(annotation), summary(report)]),
  json: (report) =>
    lines([
      JSON.stringify(
        {
          partners: report.partners,
          problems: located(report).map(({ file, line, column, message, fix }) => ({
            file,
            line,
            column,
            message,
            fix,
          })),
        },
        null,
        2,
      ),
    ]),
};

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");

/** With files as seen from where the command runs, which is what editors, terminals and GitHub link. */
function located({ folder, problems }: ProblemReport): Problem[] {
  const prefix = folder.replace(/^\.\//, "").replace(/\/+$/, "");
  return problems.map((problem) => ({ ...problem, file: `${prefix}/${problem.file}` }));
}

function summary({ partners, problems }: ProblemReport): string {
  const checked = partners === 1 ? "1 partner" : `${partners} partners`;
  if (problems.length === 0) return `${checked}, nothing is wrong`;
  const files = new Set(problems.map(({ file }) => file)).size;
  return `${count(problems.length, "problem")} in ${count(files, "file")}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message */
function annotation({ file, line, column, message, fix }: Problem): string {
  const property = (value: string) => escaped(value).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::error file=${property(file)},line=${line},col=${column},title=Partner files::${escaped(`${message}; ${fix}`)}`;
}

/** In the order in which GitHub's own toolkit does it: the percent sign first. */
const escaped = (value: string) => value.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
