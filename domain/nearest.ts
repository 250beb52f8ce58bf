/**
 * The candidate that `word` was probably meant to be, or undefined where none is near: at most a third of the
 * letters, and never more than three, differ (a swap of two neighbours counts once), or it alone begins like that.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.floor(Math.max(word.length, 3) / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? onlyOneThatBegins(word, candidates);
}

function onlyOneThatBegins(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 3) return undefined;
  const all = new Set([...candidates].filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase())));
  return all.size === 1 ? [...all][0] : undefined;
}

/** The first names of a list that may be long: `claims, prices and 58 more`. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, names.length <= mostNames + 1 ? names.length : mostNames);
  const left = names.length - shown.length;
  return `${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

/** More is no help. */
const mostNames = 8;

/** `did you mean "claims"?`, or the choices where nothing is near. */
export function suggestion(word: string, candidates: readonly string[], noneText = "nothing is declared yet"): string {
  const guess = nearest(word, candidates);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  if (candidates.length === 0) return noneText;
  return `use ${candidates.length === 1 ? "" : "one of "}${someOf(candidates.map((name) => `"${name}"`))}`;
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
