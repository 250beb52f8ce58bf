/**
 * The stack's globs of names under which clients upload before they rename (`IGNORED_NAMES`, comma-separated); none
 * where the stack ignores nothing.
 */
export function ignoredNames(): string[] {
  return (process.env.IGNORED_NAMES ?? "").split(",").filter((glob) => glob !== "");
}
