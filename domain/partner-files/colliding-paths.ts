import { type Problem, wholeFile } from "../problem";

/**
 * Files and folders whose paths differ in case or Unicode form only: a checkout on Windows or macOS keeps one of them. A
 * folder is reported once, at its first file.
 */
export function collidingPaths(paths: Iterable<string>): Problem[] {
  const seen = new Map<string, string>();
  const reported = new Set<string>();
  const problems: Problem[] = [];
  for (const file of [...paths].sort()) {
    const segments = file.split("/");
    for (const depth of segments.keys()) {
      const path = segments.slice(0, depth + 1).join("/");
      const folded = path.normalize("NFC").toLowerCase();
      const other = seen.get(folded);
      if (other === undefined) seen.set(folded, path);
      if (other === undefined || other === path) continue;
      if (!reported.has(path)) {
        const differ = path === file ? `${other} differs from it` : `the folders ${other} and ${path} differ`;
        problems.push({
          ...wholeFile(file),
          message: `${differ} only in case or accents, and many file systems take them for one`,
          fix: "rename one of them",
        });
      }
      reported.add(path);
      // What lies in it collides as well, and for no other reason.
      break;
    }
  }
  return problems;
}
