import { setTimeout as sleep } from "node:timers/promises";
import { LeaseLost } from "../../domain/ledger/deliveries/lease";

/** Longer than Aurora takes to fail over, together two minutes. */
const pausesMilliseconds = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000];

/**
 * Writes an arrival into the ledger, and does not give up soon: the file is with the subscriber, and as long as the
 * ledger does not say so, nobody but this job knows it for sure.
 *
 * @throws {LeaseLost} And whatever `record` threw last.
 */
export async function recordArrival(
  record: () => Promise<void>,
  {
    abandoning,
    failed,
    pauses = pausesMilliseconds,
  }: {
    abandoning: AbortSignal;
    /** Told of each failure that is not the last one. */
    failed: (error: unknown) => void;
    pauses?: readonly number[] | undefined;
  },
): Promise<void> {
  for (const milliseconds of pauses) {
    try {
      return await record();
    } catch (error) {
      if (error instanceof LeaseLost || abandoning.aborted) throw error;
      failed(error);
    }
    await sleep(milliseconds, undefined, { signal: abandoning }).catch(() => {});
  }
  return record();
}
