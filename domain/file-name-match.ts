import picomatch from "picomatch";

// Only what people know from a shell: * ? [abc] {a,b}. No negation and no +(…), which hide what a rule takes.
const dialect = { dot: true, nonegate: true, noextglob: true, strictBrackets: true } as const;

const compiled = new Map<string, (name: string) => boolean>();

/** Whether a file name matches a glob (`*.json`, `claims-{2025,2026}*`). Case counts; `*` also matches a leading dot. */
export function fileNameMatches(glob: string, name: string): boolean {
  let matcher = compiled.get(glob);
  if (matcher === undefined) {
    matcher = picomatch(glob, dialect);
    compiled.set(glob, matcher);
  }
  return matcher(name);
}

/** Why a glob cannot be used on file names, or undefined where it can. */
export function globMistake(glob: string): string | undefined {
  if (glob === "") return "an empty glob matches nothing";
  if (glob.includes("/")) return 'a glob is matched with the file name only, so one with "/" matches nothing';
  if (/^!|[@?*+!]\(/.test(glob)) return "negation and extended globs are not supported";
  try {
    picomatch.makeRe(glob, { ...dialect, debug: true });
    return undefined;
  } catch (error) {
    return `not a glob: ${error instanceof Error ? error.message : error}`;
  }
}
