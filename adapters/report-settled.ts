import type { SettledTransfer } from "../domain/ledger/transfers/settle-transfer";
import { notification } from "../domain/notification";
import type { log } from "./log";
import type { PublishNotification } from "./notifications";

/**
 * Logs what became of transfers, one line each, and tells the publisher where something is wrong. The ledger has it
 * already, so a notification that cannot be sent is logged as an error and does not undo or repeat anything.
 */
export async function reportSettled(
  settled: readonly SettledTransfer[],
  { publish, log: write }: { publish: PublishNotification; log: typeof log },
): Promise<void> {
  for (const { transfer, outcome, reason, deliveries, superseded } of settled) {
    const { id, partner, fileGroup, objectKey, versionId, size } = transfer;
    const about = { transfer: id, partner, fileGroup, objectKey, versionId, size, deliveries, superseded, reason };
    // A reason on a routed transfer says that nobody confirmed it.
    const isAsExpected = outcome === "routed" && reason === null && superseded === 0;
    write(isAsExpected ? "info" : "warn", `transfer ${outcome}`, about);
    if (outcome === "routed") continue;
    const { fileName, uploadedAt } = transfer;
    const news = { partner, transfer: id, fileGroup, fileName, size, uploadedAt, reason };
    await publish(notification({ event: `transfer.${outcome}`, ...news })).catch((error: unknown) =>
      write("error", "notification not sent", { transfer: id, partner, event: `transfer.${outcome}`, error }),
    );
  }
}
