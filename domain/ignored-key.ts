import { fileNameMatches } from "./file-name-match";
import { fileName } from "./paths";

/**
 * Why an object is no upload, whatever folder it is in; null where it may be one.
 * `ignoredNames` are globs on the file name: the temporary names under which clients upload.
 */
export function ignoredKey(objectKey: string, ignoredNames: readonly string[]): string | null {
  if (objectKey.endsWith("/")) return "a folder marker";
  // Nobody but our transform job writes there, and it tells the ledger.
  if (objectKey.startsWith(".transformed/")) return "a transform's result";
  // GuardDuty writes it to the bucket's root to see whether it may.
  if (objectKey === "malware-protection-resource-validation-object") return "GuardDuty's validation object";
  const temporary = ignoredNames.find((glob) => fileNameMatches(glob, fileName(objectKey)));
  return temporary === undefined ? null : `a temporary name (${temporary})`;
}
