import type { Entitlements, FolderEntitlement } from "../entitlements";
import { longestSessionPolicy } from "../session-policy";
import { sessionPolicyLength } from "../session-policy-length";
import { byKey } from "./by-key";
import type { Tell } from "./tell";
import { accessWords } from "./words";

/** A policy this near the limit leaves no room for another folder or two. */
const nearLimit = 0.9 * longestSessionPolicy;

/** What the partner sees when it has logged in. */
export function compareFolders(partner: string, before: Entitlements | null, after: Entitlements, tell: Tell): void {
  for (const [path, from, to] of byKey(before?.folders ?? [], after.folders, ({ virtualPath }) => virtualPath)) {
    if (to === undefined) {
      tell("folder-removed", `${partner} loses its folder ${path}; the files in it stay`, {
        danger: "the partner no longer sees these files",
      });
    } else if (from === undefined) {
      tell("folder-added", `${partner} gets a folder: it may ${accessWords[to.access]} ${path}${inGroup(to)}`);
    } else compareFolder(partner, from, to, tell);
  }
  comparePolicy(partner, before, after, tell);
}

function inGroup({ fileGroup, replicate }: FolderEntitlement): string {
  const copied = replicate ? ", copied to the file system as well" : "";
  return `${fileGroup === null ? "" : ` (${fileGroup} files)`}${copied}`;
}

function compareFolder(partner: string, from: FolderEntitlement, to: FolderEntitlement, tell: Tell): void {
  const path = to.virtualPath;
  if (from.access !== to.access) {
    const losing = from.access === "both" || to.access !== "both";
    tell(
      "folder-access-changed",
      `${partner} may ${accessWords[to.access]} ${path}; before, it could ${accessWords[from.access]} it`,
      losing
        ? { danger: "it can no longer do all that it could" }
        : { notice: "it can do more with the files that are there" },
    );
  }
  if (from.fileGroup !== to.fileGroup) {
    const group = (name: string | null) => (name === null ? "no file group" : `the file group ${name}`);
    tell(
      "folder-group-changed",
      `What ${partner} uploads into ${path} belongs to ${group(to.fileGroup)}, no longer to ${group(from.fileGroup)}`,
      { notice: "other partners subscribe to it" },
    );
  }
  if (from.replicate !== to.replicate) {
    const copied = to.replicate ? "are copied from now on" : "are no longer copied";
    tell("folder-replication-changed", `Files in ${partner}'s folder ${path} ${copied} to the stack's file system`, {
      notice: to.replicate ? "applications there can read them" : "applications there get no new ones",
    });
  }
  if (from.objectPrefix !== to.objectPrefix) {
    tell("folder-moved", `${partner}'s folder ${path} shows ${to.objectPrefix} instead of ${from.objectPrefix}`, {
      danger: `the files under ${from.objectPrefix} are no longer seen`,
    });
  }
}

function comparePolicy(partner: string, before: Entitlements | null, after: Entitlements, tell: Tell): void {
  if (after.login === null) return;
  const length = sessionPolicyLength(after.folders);
  const former = before?.login ? sessionPolicyLength(before.folders) : 0;
  if (length < nearLimit || length === former) return;
  tell(
    "session-policy-near-limit",
    `${partner}'s session policy takes up to ${length} of the ${longestSessionPolicy} characters that AWS allows`,
    { notice: "there is no room for many more folders" },
  );
}
