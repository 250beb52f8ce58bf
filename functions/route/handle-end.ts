import type { UploadEnd } from "../../domain/events/upload-end";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";
import { finish } from "./finish";
import type { RouteDependencies } from "./handle-message";
import { isIgnored } from "./is-ignored";

/**
 * Transfer Family said how an upload ended. It is recorded whether or not a folder takes the upload today: where one does
 * only when S3's event comes again, that must still know its end.
 */
export async function handleEnd(end: UploadEnd, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, eventId, outcome } = end;
  const about = { event: `upload ${outcome}`, objectKey, eventId };
  if (isIgnored(end, about, dependencies)) return;
  await finish(await recordUploadEnd(dependencies.ledger, end, dependencies), about, dependencies);
}
