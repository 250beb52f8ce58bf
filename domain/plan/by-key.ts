import { sortedJson } from "../entitlements";

/** What is under each key before and after, where it differs; by key. */
export function byKey<Value>(
  before: readonly Value[],
  after: readonly Value[],
  keyOf: (value: Value) => string,
): [key: string, from: Value | undefined, to: Value | undefined][] {
  const left = new Map(before.map((value) => [keyOf(value), value]));
  const right = new Map(after.map((value) => [keyOf(value), value]));
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .map((key): [string, Value | undefined, Value | undefined] => [key, left.get(key), right.get(key)])
    .filter(([, from, to]) => from === undefined || to === undefined || sortedJson(from) !== sortedJson(to));
}
