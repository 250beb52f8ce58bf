import { keyOrder } from "./key-order";

/** Keys a run holds before it is split: inserting moves at most as many references. */
const longestRun = 1_024;

/**
 * A set of keys in S3's order, kept as a list of short sorted runs, so that an insertion among a million keys moves a
 * thousand references and a listing starts anywhere by binary search.
 */
export class SortedKeys {
  readonly #runs: string[][] = [];

  add(key: string): void {
    const at = this.#runIndex((last) => keyOrder(last, key) < 0);
    const run = this.#runs[at] ?? this.#runs.at(-1);
    if (run === undefined) {
      this.#runs.push([key]);
      return;
    }
    const position = firstNot(run, (other) => keyOrder(other, key) < 0);
    if (run[position] === key) return;
    run.splice(position, 0, key);
    if (run.length > longestRun) this.#runs.splice(this.#runs.indexOf(run) + 1, 0, run.splice(longestRun / 2));
  }

  delete(key: string): void {
    const at = this.#runIndex((last) => keyOrder(last, key) < 0);
    const run = this.#runs[at];
    if (run === undefined) return;
    const position = firstNot(run, (other) => keyOrder(other, key) < 0);
    if (run[position] === key) run.splice(position, 1);
    if (run.length === 0) this.#runs.splice(at, 1);
  }

  /** The first key for which `isBefore` is false; `isBefore` must be true for a beginning of the order only. */
  firstNot(isBefore: (key: string) => boolean): string | undefined {
    const run = this.#runs[this.#runIndex(isBefore)];
    return run?.[firstNot(run, isBefore)];
  }

  /** The keys in order, from the first for which `isBefore` is false. The set must not change meanwhile. */
  *from(isBefore: (key: string) => boolean): Generator<string> {
    const start = this.#runIndex(isBefore);
    for (let at = start; at < this.#runs.length; at++) {
      const run = this.#runs[at] ?? [];
      for (let position = at === start ? firstNot(run, isBefore) : 0; position < run.length; position++) {
        const key = run[position];
        if (key !== undefined) yield key;
      }
    }
  }

  /** The first run whose last key is not before; the number of runs when all are. */
  #runIndex(isBefore: (key: string) => boolean): number {
    return firstNot(this.#runs, (run) => isBefore(run.at(-1) ?? ""));
  }
}

/** The index of the first item for which `isBefore` is false, by binary search. */
function firstNot<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
