import { type Problem, wholeFile } from "../problem";

/** Files whose paths differ in case or Unicode form only: a checkout on Windows or macOS keeps one of them. */
export function collidingPaths(paths: Iterable<string>): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of [...paths].sort()) {
    const folded = file.normalize("NFC").toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, file);
    else {
      problems.push({
        ...wholeFile(file),
        message: `${other} differs from it only in case or accents, and many file systems take them for one`,
        fix: "rename one of them",
      });
    }
  }
  return problems;
}
