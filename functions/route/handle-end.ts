import type { UploadEnd } from "../../domain/events/upload-end";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { finish } from "./finish";
import { folderOf, ignore } from "./folder-of";
import type { RouteDependencies } from "./handle-message";

/** Transfer Family said how an upload ended. */
export async function handleEnd(end: UploadEnd, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, eventId, outcome } = end;
  const about = { event: `upload ${outcome}`, objectKey, eventId };
  const folder = await folderOf(end, about, dependencies);
  if (folder === null) return;
  if (folder.fileGroup === null) return ignore(about, "no folder takes uploads there", dependencies);
  await finish(await recordUploadEnd(dependencies.ledger, end, dependencies), about, dependencies);
}
