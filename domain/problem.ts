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
  const text = `${file}:${line}:${column}: ${message}; ${fix}`;
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Orders problems as a person reads them: by file, then from top to bottom. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
