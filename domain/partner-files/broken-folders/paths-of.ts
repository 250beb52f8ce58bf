/** The paths of all values inside a value. */
export function pathsOf(value: unknown): (string | number)[][] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...pathsOf(inner).map((rest) => [step, ...rest])];
  });
}
