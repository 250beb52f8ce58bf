import type { FolderEntitlement } from "./entitlements";
import { logicalDirectories } from "./logical-directories";
import { sessionPolicy } from "./session-policy";

/** What a session may do and sees, whichever endpoint it comes in by. */
export interface LoginAccess {
  /** Session policy (scope-down), JSON text. */
  policy: string;
  /** Logical directories. */
  homeDirectoryMappings: { entry: string; target: string }[];
}

/**
 * The access of a login. The authorize function answers with it on the partner endpoint, and the program writes it into
 * the users of the internal one, so that a login may do the same on both.
 */
export function loginAccess({
  bucket,
  keyArn,
  folders,
  temporaryNames,
}: {
  bucket: string;
  keyArn: string;
  folders: readonly FolderEntitlement[];
  /** The stack's globs of clients' temporary names; the usual ones unless told. */
  temporaryNames?: readonly string[];
}): LoginAccess {
  return {
    policy: sessionPolicy({ bucket, keyArn, folders, temporaryNames }),
    homeDirectoryMappings: logicalDirectories(bucket, folders).map(({ Entry, Target }) => ({
      entry: Entry,
      target: Target,
    })),
  };
}
