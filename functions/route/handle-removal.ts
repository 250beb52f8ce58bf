import type { RemovedObject } from "../../domain/events/removed-object";
import { findFolder } from "../../domain/ledger/entitlements/find-folder";
import type { RouteDependencies } from "./handle-message";
import { ignore, isIgnored } from "./is-ignored";

/** S3 said that an object is gone. It only says so where the file system mirrors deletions. */
export async function handleRemoval(removal: RemovedObject, dependencies: RouteDependencies): Promise<void> {
  const { bucket, objectKey, versionId, sequencer, what, removedAt: uploadedAt } = removal;
  const about = { event: `${what} removed`, objectKey, versionId };
  if (isIgnored(removal, about, dependencies)) return;
  const folder = await findFolder(dependencies.ledger, objectKey);
  if (!folder?.replicate || dependencies.replicate === null) {
    return ignore(about, folder === null ? "no folder takes it" : "its folder is not replicated", dependencies);
  }
  const kind = what === "object" ? "removed" : "purged";
  const { objectPrefix } = folder;
  await dependencies.replicate({ kind, bucket, objectKey, objectPrefix, versionId, sequencer, size: 0, uploadedAt });
  dependencies.log("info", "removal replicated", about);
}
