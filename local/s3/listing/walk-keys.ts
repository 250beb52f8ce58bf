import { keyOrder } from "../store/key-order";
import type { SortedKeys } from "../store/sorted-keys";

export interface Walk {
  prefix: string;
  /** Empty: no grouping. */
  delimiter: string;
  /** True for a beginning of S3's key order: what an earlier page has listed. */
  isBefore: (key: string) => boolean;
  /** Keys for which this is false do not appear, nor make a common prefix appear. */
  isVisible: (key: string) => boolean;
}

/** A key, or the common prefix of several. */
export type Walked = { key: string } | { commonPrefix: string };

/** Walks over keys in order; of a common prefix it touches the first visible key only, however many there are. */
export function* walkKeys(keys: SortedKeys, { prefix, delimiter, isBefore, isVisible }: Walk): Generator<Walked> {
  let passed = (key: string) => isBefore(key) || keyOrder(key, prefix) < 0;
  for (;;) {
    const key = keys.firstNot(passed);
    if (key === undefined || !key.startsWith(prefix)) return;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0 || !isVisible(key)) {
      if (isVisible(key)) yield { key };
      passed = upTo(key);
    } else {
      const commonPrefix = key.slice(0, cut + delimiter.length);
      yield { commonPrefix };
      passed = throughout(commonPrefix);
    }
  }
}

/** Before or equal to a key. */
export const upTo = (last: string) => (key: string) => keyOrder(key, last) <= 0;

/** Before or within a common prefix. */
export const throughout = (prefix: string) => (key: string) => key.startsWith(prefix) || keyOrder(key, prefix) < 0;
