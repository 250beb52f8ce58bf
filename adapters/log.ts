export type LogLevel = "info" | "warn" | "error";

/**
 * Writes one JSON line: `level`, `message`, then `fields`. Metric filters and alarms match on `level` and `message`,
 * so a message is a constant and what varies goes into the fields. Never a secret. An `Error` becomes its text.
 */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  const line = JSON.stringify({ level, message, ...fields }, (_key, value: unknown) =>
    value instanceof Error ? describe(value) : value,
  );
  // Straight to the stream: Lambda's console methods would wrap the line in a format of their own.
  process.stdout.write(`${line}\n`);
}

function describe(error: Error): string {
  const causes = error instanceof AggregateError ? error.errors : [error.cause];
  const because = causes.filter((cause) => cause instanceof Error).map(describe);
  return `${error.name}: ${error.message}${because.length > 0 ? ` (${because.join("; ")})` : ""}`;
}
