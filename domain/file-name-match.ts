/**
 * Whether a file name matches a glob (`*.json`, `claims-{2025,2026}*`). Case counts, and `*` also takes a leading dot.
 *
 * The dialect is what people know from a shell and nothing more: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`, `{a,b}` and
 * `\` before a character that stands for itself. Every other character is itself: a file really may be called
 * `Report (final).csv`, which the extended globs of libraries take for something else.
 *
 * It goes through the name once, with all the places where the glob may be, because publishers choose the names:
 * `*_*_*_*.csv` as a regular expression needs hours for a name of 1,000 underscores.
 * @throws where the glob has a {@link globMistake}.
 */
export function fileNameMatches(glob: string, name: string): boolean {
  let pattern = compiled.get(glob);
  if (pattern === undefined) {
    pattern = parseGlob(glob);
    compiled.set(glob, pattern);
  }
  const characters = [...name];
  return pattern(characters, new Set([0])).has(characters.length);
}

/** Why a glob cannot be used on file names, or undefined where it can. */
export function globMistake(glob: string): string | undefined {
  if (glob === "") return "an empty glob matches nothing";
  if (glob.includes("/")) return 'a glob is matched with the file name only, so one with "/" matches nothing';
  if (/^!|[@?*+!]\(/.test(glob)) return "negation and extended globs are not supported";
  try {
    parseGlob(glob);
    return undefined;
  } catch (error) {
    return `not a glob: ${error instanceof Error ? error.message : error}`;
  }
}

/** From the places in a name where a part of a glob may begin to those where it may end. */
type Pattern = (name: readonly string[], starts: ReadonlySet<number>) => ReadonlySet<number>;

const compiled = new Map<string, Pattern>();

const oneThat =
  (fits: (character: string) => boolean): Pattern =>
  (name, starts) =>
    new Set([...starts].filter((start) => start < name.length && fits(name[start] ?? "")).map((start) => start + 1));

const anyNumber: Pattern = (name, starts) => {
  const first = Math.min(...starts);
  return new Set(Array.from({ length: Math.max(0, name.length + 1 - first) }, (_, index) => first + index));
};

const inOrder =
  (parts: readonly Pattern[]): Pattern =>
  (name, starts) =>
    parts.reduce((places, part) => (places.size === 0 ? places : part(name, places)), starts);

const either =
  (choices: readonly Pattern[]): Pattern =>
  (name, starts) =>
    new Set(choices.flatMap((choice) => [...choice(name, starts)]));

/** An escaped character, a set, a run of stars, or any one character. */
const tokens = /\\(?<escaped>.)|\[(?<negation>[!^]?)(?<set>(?:\\.|[^\]\\])+)\]|(?<stars>\*+)|(?<other>.)/gsu;

function parseGlob(glob: string): Pattern {
  // The innermost open brace is last; each has its choices so far, and the first entry is the glob itself.
  const open: Pattern[][][] = [[[]]];
  for (const { groups = {} } of glob.matchAll(tokens)) {
    const { escaped, negation, set, stars, other = "" } = groups;
    const choices = open.at(-1) ?? [];
    const add = (part: Pattern) => void choices.at(-1)?.push(part);
    const isInBraces = open.length > 1;
    if (escaped !== undefined) add(oneThat((character) => character === escaped));
    else if (set !== undefined) add(oneOf(set, negation !== ""));
    else if (stars !== undefined) add(anyNumber);
    else if (other === "?") add(oneThat(() => true));
    else if (other === "{") open.push([[]]);
    else if (other === "," && isInBraces) choices.push([]);
    else if (other === "}" && isInBraces) {
      if (choices.length < 2) throw new Error("{…} needs two choices, like {csv,json}");
      open.pop();
      open
        .at(-1)
        ?.at(-1)
        ?.push(either(choices.map(inOrder)));
    } else if ("[]}\\".includes(other)) throw new Error(`"${other}" stands alone; write "\\${other}" for itself`);
    else add(oneThat((character) => character === other));
  }
  if (open.length > 1) throw new Error('"{" stands alone; write "\\{" for itself');
  return inOrder(open[0]?.[0] ?? []);
}

/** One character of a set: `abc`, `a-z`, `0-9_`; a hyphen at an end, or after `\`, is itself. */
function oneOf(set: string, isNegated: boolean): Pattern {
  const ranges: [number, number][] = [];
  for (const [, first = "", last = first] of set.matchAll(/(\\.|.)(?:-(\\.|.))?/gsu)) {
    const range: [number, number] = [codeOf(first), codeOf(last)];
    if (range[0] > range[1]) throw new Error(`the range ${first}-${last} runs backwards`);
    ranges.push(range);
  }
  return oneThat((character) => {
    const code = codeOf(character);
    return ranges.some(([first, last]) => first <= code && code <= last) !== isNegated;
  });
}

/** The code point of a character, or of the one after a backslash. */
const codeOf = (text: string) => text.codePointAt(text.length > 1 && text.startsWith("\\") ? 1 : 0) ?? 0;
