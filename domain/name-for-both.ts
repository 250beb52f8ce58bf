import { fileNameMatches } from "./file-name-match";

/**
 * A file name that two globs both match, or undefined where none was found. Null is the glob of a subscription without
 * one: every name. What it returns has been tried on both, so it is never wrong; what it misses is exotic (a name that
 * only characters deep inside two negated sets have in common, or globs with hundreds of {…} combinations).
 */
export function nameForBoth(a: string | null, b: string | null): string | undefined {
  for (const left of alternatives(a ?? "*")) {
    for (const right of alternatives(b ?? "*")) {
      const name = commonName(left, right);
      // Readable where it may be: "a.csv" rather than ".csv".
      const found = [`a${name}`, name].find((text) => text !== undefined && text !== "" && isForBoth(text, a, b));
      if (name !== undefined && found !== undefined) return found;
    }
  }
  return undefined;
}

const isForBoth = (name: string, ...globs: (string | null)[]) =>
  globs.every((glob) => glob === null || fileNameMatches(glob, name));

/** One character: those worth trying, and which fit. Or any number of them. */
type Token = "star" | { candidates: string[]; fits: (character: string) => boolean };

const mostAlternatives = 256;

const tokens = /\\(?<escaped>.)|\[(?<negation>[!^]?)(?<set>(?:\\.|[^\]\\])+)\]|(?<star>\*+)|(?<other>.)/gsu;

/** The glob without braces: one row of tokens for each combination of its choices, as many as are worth looking at. */
function alternatives(glob: string): Token[][] {
  // Each level of braces: the rows of its choices so far, and those of the choice at hand.
  const levels: { choices: Token[][]; rows: Token[][] }[] = [{ choices: [], rows: [[]] }];
  const top = () => levels.at(-1) ?? { choices: [], rows: [[]] };
  const append = (token: Token) => void top().rows.forEach((row) => void row.push(token));
  for (const { groups = {} } of glob.matchAll(tokens)) {
    const { escaped, negation, set, star, other = "" } = groups;
    if (star !== undefined) append("star");
    else if (set !== undefined) append(oneOf(set, negation !== ""));
    else if (escaped !== undefined) append(only(escaped));
    else if (other === "?") append({ candidates: ["a"], fits: () => true });
    else if (other === "{") levels.push({ choices: [], rows: [[]] });
    else if (other === "," && levels.length > 1) {
      top().choices.push(...top().rows);
      top().rows = [[]];
    } else if (other === "}" && levels.length > 1) {
      const { choices, rows } = levels.pop() ?? { choices: [], rows: [] };
      const both = [...choices, ...rows];
      top().rows = top()
        .rows.flatMap((row) => both.map((choice) => [...row, ...choice]))
        .slice(0, mostAlternatives);
    } else append(only(other));
  }
  return top().rows;
}

const only = (character: string): Token => ({ candidates: [character], fits: (other) => other === character });

function oneOf(set: string, isNegated: boolean): Token {
  const ranges = [...set.matchAll(/(\\.|.)(?:-(\\.|.))?/gsu)].map(
    ([, first = "", last = first]) => [plain(first), plain(last)] as const,
  );
  return {
    candidates: isNegated ? ["a", "x", "0", "-", "_", "é"] : ranges.flat(),
    fits: (character) => ranges.some(([first, last]) => first <= character && character <= last) !== isNegated,
  };
}

const plain = (text: string) => (text.length > 1 && text.startsWith("\\") ? text.slice(1) : text);

/** The shortest name that both rows match. */
function commonName(a: readonly Token[], b: readonly Token[]): string | undefined {
  const seen = new Set<number>();
  let reached: [number, number, string][] = [[0, 0, ""]];
  while (reached.length > 0) {
    const next: typeof reached = [];
    for (const [i, j, name] of reached) {
      const place = i * (b.length + 1) + j;
      if (seen.has(place)) continue;
      seen.add(place);
      if (i === a.length && j === b.length) return name;
      next.push(...steps(a[i], b[j]).map(([di, dj, text]): [number, number, string] => [i + di, j + dj, name + text]));
    }
    reached = next;
  }
  return undefined;
}

/** How far each row gets, with which text. */
function steps(a: Token | undefined, b: Token | undefined): [number, number, string][] {
  const found: [number, number, string][] = [];
  if (a === "star") found.push([1, 0, ""]);
  if (b === "star") found.push([0, 1, ""]);
  if (a === "star" && typeof b === "object") found.push([0, 1, b.candidates[0] ?? ""]);
  if (b === "star" && typeof a === "object") found.push([1, 0, a.candidates[0] ?? ""]);
  if (typeof a === "object" && typeof b === "object") {
    const common = [...a.candidates, ...b.candidates].find((character) => a.fits(character) && b.fits(character));
    if (common !== undefined) found.push([1, 1, common]);
  }
  return found;
}
