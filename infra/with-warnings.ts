/** Collects what Pulumi warns of during a run: without an engine, its log goes to the console. */
export async function withWarnings<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; warnings: string[] }> {
  const warnings: string[] = [];
  const original = console.warn;
  console.warn = (...parts: unknown[]) => void warnings.push(parts.join(" "));
  try {
    return { result: await work(), warnings };
  } finally {
    console.warn = original;
  }
}
