import type { UploadedObject } from "../../domain/events/uploaded-object";
import { recordPlacement } from "../../domain/ledger/placements/record-placement";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { finish } from "./finish";
import { folderOf, ignore } from "./folder-of";
import type { RouteDependencies } from "./handle-message";

/** S3 said that an object was created: a partner uploaded it, or a delivery placed it. */
export async function handleUpload(upload: UploadedObject, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, versionId } = upload;
  const about = { event: "object created", objectKey, versionId };
  const folder = await folderOf(upload, about, dependencies);
  if (folder === null) return;
  const { partner, fileGroup } = folder;
  if (fileGroup !== null) {
    const recorded = await recordUpload(dependencies.ledger, upload, { partner, fileGroup }, dependencies);
    await finish(recorded, about, dependencies);
  } else if (folder.replicate && dependencies.replicate !== null) {
    const released = await recordPlacement(dependencies.ledger, upload, dependencies);
    dependencies.log("info", released ? "placed file replicated" : "placed file waits for its scan", about);
  } else {
    ignore(about, "no folder takes uploads there", dependencies);
  }
}
