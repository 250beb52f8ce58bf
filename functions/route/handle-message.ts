import type { SubmitDrainJob } from "../../adapters/drain-jobs";
import type { log } from "../../adapters/log";
import type { PublishNotification } from "../../adapters/notifications";
import { reportSettled } from "../../adapters/report-settled";
import { startDrains } from "../../adapters/start-drains";
import { routeMessage } from "../../domain/events/route-message";
import type { UploadEnd } from "../../domain/events/upload-end";
import type { UploadedObject } from "../../domain/events/uploaded-object";
import { ignoredKey } from "../../domain/ignored-key";
import { findUploadFolder } from "../../domain/ledger/entitlements/find-upload-folder";
import type { Ledger } from "../../domain/ledger/ledger";
import type { Recorded } from "../../domain/ledger/transfers/record-upload";
import { recordUpload } from "../../domain/ledger/transfers/record-upload";
import { recordUploadEnd } from "../../domain/ledger/transfers/record-upload-end";

export interface RouteDependencies {
  ledger: Ledger;
  submitDrainJob: SubmitDrainJob;
  publish: PublishNotification;
  /** The bucket that partners upload to; events of any other are ignored. */
  bucket: string;
  /** Globs on file names. */
  ignoredNames: readonly string[];
  log: typeof log;
}

/**
 * Takes in one message of the route queue. Rejects where it cannot be read or handled, so that it comes again and
 * ends in the dead-letter queue; coming again changes nothing that was done.
 */
export async function handleMessage(body: string, dependencies: RouteDependencies): Promise<void> {
  const message = routeMessage(body);
  if (message.kind === "s3-test") {
    dependencies.log("info", "message ignored", { why: "S3 tried out its notification" });
  } else if (message.kind === "upload-end") {
    await handleEnd(message.end, dependencies);
  } else {
    for (const upload of message.uploads) await handleUpload(upload, dependencies);
  }
}

async function handleUpload(upload: UploadedObject, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, versionId } = upload;
  const about = { event: "object created", objectKey, versionId };
  const folder = await uploadFolder(upload, about, dependencies);
  if (folder === null) return;
  await settle(await recordUpload(dependencies.ledger, upload, folder), about, dependencies);
}

async function handleEnd(end: UploadEnd, dependencies: RouteDependencies): Promise<void> {
  const { objectKey, eventId, outcome } = end;
  const about = { event: `upload ${outcome}`, objectKey, eventId };
  if ((await uploadFolder(end, about, dependencies)) === null) return;
  await settle(await recordUploadEnd(dependencies.ledger, end), about, dependencies);
}

type About = Record<string, unknown>;

async function uploadFolder(
  { bucket, objectKey }: { bucket: string; objectKey: string },
  about: About,
  dependencies: RouteDependencies,
) {
  const why = bucket === dependencies.bucket ? ignoredKey(objectKey, dependencies.ignoredNames) : "another bucket";
  const folder = why === null ? await findUploadFolder(dependencies.ledger, objectKey) : null;
  if (folder === null) dependencies.log("info", "message ignored", { ...about, why: why ?? "no folder takes it" });
  return folder;
}

async function settle(recorded: Recorded, about: About, dependencies: RouteDependencies): Promise<void> {
  const { isNew, settled, drains } = recorded;
  dependencies.log("info", isNew ? "event recorded" : "event known already", { ...about, settled: settled.length });
  await reportSettled(settled, dependencies);
  await startDrains(dependencies.ledger, dependencies.submitDrainJob, drains);
}
