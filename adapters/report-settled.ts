import type { Queryable } from "../domain/ledger/ledger";
import type { SettledTransfer } from "../domain/ledger/transfers/settle-transfer";
import type { log } from "./log";
import type { PublishNotification } from "./notifications";
import { tellPublisher } from "./tell-publisher";

/**
 * Logs what became of transfers, one line each, and tells the publisher where something is wrong. The ledger has it
 * already, so a notification that cannot be sent is logged as an error and does not undo or repeat anything; the sweep
 * sends it later.
 */
export async function reportSettled(
  settled: readonly SettledTransfer[],
  dependencies: { ledger: Queryable; publish: PublishNotification; log: typeof log },
): Promise<void> {
  const { log: write } = dependencies;
  for (const { transfer, outcome, reason, deliveries, superseded } of settled) {
    const { id, partner, fileGroup, objectKey, versionId, size } = transfer;
    const about = { transfer: id, partner, fileGroup, objectKey, versionId, size, deliveries, superseded, reason };
    // A reason on a routed transfer says that nobody confirmed it.
    const isAsExpected = outcome === "routed" && reason === null && superseded === 0;
    write(isAsExpected ? "info" : "warn", `transfer ${outcome}`, about);
    if (outcome === "routed") continue;
    const { fileName, uploadedAt } = transfer;
    const untold = { id, state: outcome, reason, partner, fileGroup, fileName, size, uploadedAt };
    await tellPublisher(untold, dependencies).catch((error: unknown) =>
      write("error", "notification not sent", { transfer: id, partner, event: `transfer.${outcome}`, error }),
    );
  }
}
