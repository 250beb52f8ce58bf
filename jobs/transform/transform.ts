import { tmpdir } from "node:os";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";
import { markReady } from "../../domain/ledger/deliveries/mark-ready";
import { transformStage } from "../../domain/ledger/deliveries/stage";
import { recordDrainJob, releaseDrain } from "../../domain/ledger/drains";
import type { Ledger } from "../../domain/ledger/ledger";
import { mostTransformAttempts } from "../../domain/retry";
import { drainQueue } from "../drain-queue";
import type { Log } from "../log";
import type { ReadObject } from "../read-object";
import { refuseExhausted } from "../refuse-exhausted";
import { settleFailure } from "../settle-failure";
import type { Shutdown } from "../shutdown";
import type { TellPartner } from "../tell-partner";
import type { Converters } from "./converters";
import { transformDelivery } from "./transform-delivery";
import type { UploadResult } from "./upload-result";

export interface TransformJob {
  ledger: Ledger;
  /** `transform:<partner>`. */
  queue: string;
  /** Unique to this run. */
  owner: string;
  readObject: ReadObject;
  uploadResult: UploadResult;
  convert: Converters["convert"];
  /** Submits a job for a send queue, and resolves to its id. */
  submitJob: (queue: string) => Promise<string>;
  /** What all conversions may use together, in bytes. */
  memoryBytes: number;
  tell: TellPartner;
  log: Log;
  /** Seconds to wait after the failed attempt with this number, from 1. */
  retryDelay: (attempt: number) => number;
  shutdown: Shutdown;
}

/** One computes while the other loads or stores. */
const mostInFlight = 2;

/** Transforms everything that waits in one transform queue. @throws What makes the job unable to go on. */
export async function transform(job: TransformJob): Promise<"drained" | "stopped"> {
  const { ledger, queue, owner, log, shutdown } = job;
  const settle = settleFailure({
    ...job,
    stage: transformStage,
    mostAttempts: mostTransformAttempts,
    abandoning: shutdown.abandoning,
  });
  const tools = {
    ...{ readObject: job.readObject, uploadResult: job.uploadResult, convert: job.convert, temporaryFolder: tmpdir() },
    ...{ memoryBytes: job.memoryBytes / mostInFlight, signal: shutdown.abandoning },
  };
  const work = async (claimed: ClaimedDelivery) => {
    const claim = { delivery: claimed.id, stage: transformStage, owner };
    let submitFor: string | null;
    try {
      refuseExhausted(claimed, mostTransformAttempts);
      const result = await transformDelivery(claimed, tools);
      ({ submitFor } = await ledger.transaction((transaction) => markReady(transaction, claim, result)));
      log("info", "transformed", { delivery: claimed.id, partner: claimed.partner, queue, ...result });
    } catch (error) {
      return settle(claimed, error);
    }
    if (submitFor !== null) await submit(job, submitFor);
  };
  return drainQueue({ ledger, queue, stage: transformStage, owner, mostInFlight, work, shutdown, log });
}

/** The delivery is ready whether or not Batch takes the job: the sweep submits one where this fails. */
async function submit({ ledger, submitJob, log }: TransformJob, sendQueue: string): Promise<void> {
  try {
    await recordDrainJob(ledger, sendQueue, await submitJob(sendQueue));
  } catch (error) {
    log("warn", "job was not submitted", { queue: sendQueue, error });
    await releaseDrain(ledger, sendQueue);
  }
}
