import type { UploadedObject } from "../../domain/events/uploaded-object";
import { findFolder } from "../../domain/ledger/entitlements/find-folder";
import { recordPlacement } from "../../domain/ledger/placements/record-placement";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { finish } from "./finish";
import type { RouteDependencies } from "./handle-message";
import { ignore, isIgnored } from "./is-ignored";

/**
 * S3 said that an object was created: a partner uploaded it, or a delivery placed it. Rejects where a client uploaded it
 * and was told that all is well, but no folder takes it: its partner was disabled or lost the folder while the session
 * was open, or logs in already though its folders are not in the ledger yet. Such a message comes again, and waits among
 * the dead letters until a folder takes the file or a person drops it.
 */
export async function handleUpload(upload: UploadedObject, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, versionId } = upload;
  const about = { event: "object created", objectKey, versionId };
  if (isIgnored(upload, about, dependencies)) return;
  const folder = await findFolder(dependencies.ledger, objectKey);
  if (folder !== null && folder.fileGroup !== null) {
    const { partner, fileGroup } = folder;
    const recorded = await recordUpload(dependencies.ledger, upload, { partner, fileGroup }, dependencies);
    await finish(recorded, about, dependencies);
  } else if (upload.isFromClient) {
    throw new Error(
      `a client uploaded ${objectKey} (version ${versionId}), and no active partner's folder takes uploads there; have one take it and redrive the message, or delete the message`,
    );
  } else if (folder?.replicate && dependencies.replicate !== null) {
    const released = await recordPlacement(dependencies.ledger, upload, dependencies);
    dependencies.log("info", released ? "placed file replicated" : "placed file waits for its scan", about);
  } else {
    ignore(about, "no folder takes uploads there", dependencies);
  }
}
