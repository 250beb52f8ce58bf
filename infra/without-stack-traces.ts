/**
 * Runs a program where no engine asks for stack traces. Pulumi takes one for every promise and for every resource;
 * mapped to TypeScript's lines, they are most of a run's time.
 */
export async function withoutStackTraces<Result>(program: () => Promise<Result>): Promise<Result> {
  const { stackTraceLimit } = Error;
  const { sourceMapsEnabled = false } = process;
  Error.stackTraceLimit = 0;
  // For a resource Pulumi sets a limit of its own.
  process.setSourceMapsEnabled(false);
  try {
    return await program();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.setSourceMapsEnabled(sourceMapsEnabled);
  }
}
