import { printable } from "./printable";

/** Something wrong in a partner file, and what to do about it. */
export interface Problem {
  /** Path below the partners folder, `/`-separated. */
  file: string;
  /** Both count from 1. A problem of the whole file is at 1:1. */
  line: number;
  column: number;
  /** What is wrong, without a full stop. */
  message: string;
  /** What to do, in the imperative. */
  fix: string;
}

/** Where a problem of a whole file is reported. */
export const wholeFile = (file: string) => ({ file, line: 1, column: 1 });

/** `acme/partner.yaml:3:5: unknown key "folder"; did you mean "folders"?` — the form that editors and terminals link. */
export function formatProblem({ file, line, column, message, fix }: Problem): string {
  // Keys and file names are quoted in it, and they may hold anything; a problem stays one line that is safe to print.
  return printable(`${file}:${line}:${column}: ${message}; ${fix}`);
}

/** Orders problems as a person reads them: by file, then from top to bottom. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
