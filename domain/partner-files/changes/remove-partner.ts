import type { Partner } from "../partner";
import type { FileMap } from "../read-partner-folder";
import type { FileChanges } from "./file-changes";
import { removeSubscriptions } from "./remove-subscription";

/**
 * Removes a partner's folder and, with `references`, the subscriptions of others that name it as their publisher:
 * they would never get a file again.
 */
export function removePartner(
  files: FileMap,
  partners: readonly Partner[],
  id: string,
  { references }: { references: boolean },
): FileChanges {
  const changes = new Map<string, Uint8Array | null>();
  for (const path of files.keys()) if (path.startsWith(`${id}/`)) changes.set(path, null);
  if (!references) return changes;
  for (const subscriber of partners) {
    const names = subscriber.subscriptions.filter(({ settings }) => settings.publisher === id).map(({ name }) => name);
    if (subscriber.id === id || names.length === 0) continue;
    for (const [path, content] of removeSubscriptions(files, subscriber, names)) changes.set(path, content);
  }
  return changes;
}
