import type { FolderEntitlement } from "./entitlements";

/** One mapping of Transfer Family's logical directories. */
export interface LogicalDirectory {
  /** What the partner sees. */
  Entry: string;
  /** `/bucket/prefix`, without a slash at its end. */
  Target: string;
}

/** The partner's view of the bucket: each folder under its virtual path, and nothing else. */
export function logicalDirectories(bucket: string, folders: readonly FolderEntitlement[]): LogicalDirectory[] {
  return folders.map(({ virtualPath, objectPrefix }) => ({
    Entry: virtualPath,
    Target: `/${bucket}/${objectPrefix.replace(/\/$/, "")}`,
  }));
}
