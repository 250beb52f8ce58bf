import { type ProblemReport, reportFormats } from "../../cli/problem-report";
import type { Terminal } from "./terminal";

/** What is wrong with partner files, as `npm run check` prints it. */
export function printProblems(terminal: Terminal, report: ProblemReport): void {
  terminal.line(reportFormats.text(report, terminal.colours).trimEnd());
}
