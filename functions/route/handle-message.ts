import type { SubmitDrainJob } from "../../adapters/drain-jobs";
import type { log } from "../../adapters/log";
import type { PublishNotification } from "../../adapters/notifications";
import { routeMessage } from "../../domain/events/route-message";
import type { Ledger } from "../../domain/ledger/ledger";
import type { Settling } from "../../domain/ledger/transfers/settling";
import { handleEnd } from "./handle-end";
import { handleRemoval } from "./handle-removal";
import { handleScan } from "./handle-scan";
import { handleUpload } from "./handle-upload";

export interface RouteDependencies extends Settling {
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
  } else if (message.kind === "scan-result") {
    await handleScan(message.result, dependencies);
  } else {
    for (const upload of message.uploads) await handleUpload(upload, dependencies);
    for (const removal of message.removals) await handleRemoval(removal, dependencies);
  }
}
