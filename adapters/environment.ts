/** The value of an environment variable that the program sets; its absence is a mistake in the program. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}
