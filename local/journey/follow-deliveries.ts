import { setTimeout as sleep } from "node:timers/promises";
import type { LedgerDelivery, LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import type { ExpectedDelivery, JourneyUpload } from "./plan-journey";

/** What became of one expected delivery. */
export interface Outcome {
  upload: JourneyUpload;
  expected: ExpectedDelivery;
  /** The ledger's row; undefined where there is none. */
  delivery: LedgerDelivery | undefined;
}

/** States that only a person can change. */
const final = new Set(["delivered", "failed", "cancelled"]);

/**
 * Follows the ledger until every upload is routed and every delivery has come to its end, or the time is up.
 * @param readRows the transfers since the journey began
 * @param patience milliseconds without any change after which it gives up
 */
export async function followDeliveries(
  uploads: readonly JourneyUpload[],
  readRows: () => Promise<LedgerRow[]>,
  {
    patience,
    onProgress,
    signal,
  }: { patience: number; onProgress?: (done: number, all: number) => void; signal?: AbortSignal },
): Promise<Outcome[]> {
  let lastSeen = "";
  let lastChange = performance.now();
  for (;;) {
    const rows = await readRows();
    const outcomes = outcomesOf(uploads, rows);
    // Others may upload meanwhile.
    const isSettled = uploads.every((upload) => {
      const row = rowOf(upload, rows);
      return row?.state === "routed" && row.deliveries.every(({ state }) => final.has(state));
    });
    const seen = JSON.stringify(rows.map(({ state, deliveries }) => [state, deliveries.map((one) => one.state)]));
    if (seen !== lastSeen) {
      lastSeen = seen;
      lastChange = performance.now();
      onProgress?.(outcomes.filter(({ delivery }) => delivery?.state === "delivered").length, outcomes.length);
    }
    if (isSettled || performance.now() - lastChange > patience) return outcomes;
    await sleep(100, undefined, { signal });
  }
}

function outcomesOf(uploads: readonly JourneyUpload[], rows: readonly LedgerRow[]): Outcome[] {
  return uploads.flatMap((upload) =>
    upload.expected.map((expected) => ({
      upload,
      expected,
      delivery: rowOf(upload, rows)?.deliveries.find(
        ({ subscriber, subscription }) =>
          subscriber === expected.subscriber && subscription === expected.subscription.name,
      ),
    })),
  );
}

const rowOf = ({ publisher, fileName, content }: JourneyUpload, rows: readonly LedgerRow[]) =>
  rows.find((row) => row.publisher === publisher && row.fileName === fileName && row.size === content.byteLength);

/** One sentence for each expected delivery that did not arrive as it should. Why it failed, the ledger says. */
export async function mismatches(
  outcomes: readonly Outcome[],
  readArrived: (outcome: Outcome) => Promise<Uint8Array | undefined>,
  sha256: (content: Uint8Array) => string,
): Promise<string[]> {
  const found: string[] = [];
  for (const outcome of outcomes) {
    const { upload, expected, delivery } = outcome;
    const subject = `${upload.publisher}${upload.virtualPath}/${upload.fileName} for ${expected.subscriber}/${expected.subscription.name}`;
    if (delivery?.state !== "delivered") {
      found.push(`${subject}: ${delivery?.state ?? "no delivery"}`);
      continue;
    }
    const arrived = await readArrived(outcome);
    if (!arrived) found.push(`${subject}: the ledger says ${delivery.deliveredAs}, and nothing is there`);
    else if (sha256(arrived) !== delivery.sha256) found.push(`${subject}: what arrived is not what the ledger says`);
    else if (expected.content && Buffer.compare(arrived, expected.content) !== 0) {
      found.push(`${subject}: what arrived is not what the sample says it must be`);
    }
  }
  return found;
}
