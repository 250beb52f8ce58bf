import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { log } from "../../adapters/log";
import { type Replication, readReplication } from "../../domain/events/replication";
import { applyReplication, type ReplicationTools } from "./apply-replication";
import { Obstacle, Refusal } from "./mount/mount";
import { removeLeftovers } from "./mount/temporary-file";

export interface ReplicateDependencies extends ReplicationTools {
  clock: () => Date;
  log: typeof log;
}

/** Messages of a batch that are worked on at once: small files wait for the file system rather than for each other. */
const inFlight = 4;
/** Longer than any run, in milliseconds: a temporary file as old as this belongs to nobody. */
const leftoverAge = 60 * 60 * 1000;

/** Handles a batch of orders to replicate, and names those that failed: only they come again. */
export async function replicate({ Records }: SQSEvent, dependencies: ReplicateDependencies): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  const waiting = [...Records];
  const work = async () => {
    for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
      if (await handleRecord(record, dependencies)) continue;
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  };
  await Promise.all([...Array.from({ length: inFlight }, work), cleanUp(dependencies)]);
  return { batchItemFailures };
}

/** False: it has to come again. */
async function handleRecord({ messageId, body }: SQSRecord, dependencies: ReplicateDependencies): Promise<boolean> {
  const { log } = dependencies;
  let about: Record<string, unknown> = { messageId };
  try {
    const replication = readReplication(body);
    about = { ...about, ...named(replication) };
    log("info", await applyReplication(replication, dependencies), about);
    return true;
  } catch (error) {
    // What stands in the way of a file may be about to be deleted, where deletions are mirrored.
    const isFinal = error instanceof Refusal || (error instanceof Obstacle && !dependencies.mirrorDeletions);
    if (isFinal) log("error", "file refused", { ...about, why: error.message });
    else log("error", "message failed", { ...about, error });
    return isFinal;
  }
}

const named = ({ kind, objectKey, versionId, sequencer, size }: Replication) => ({
  ...{ kind, objectKey, versionId, sequencer, size },
});

/** Opportunistic: what fails is tried again by the next batch. */
async function cleanUp({ mount, clock, log }: ReplicateDependencies): Promise<void> {
  try {
    const removed = await removeLeftovers(mount, new Date(clock().getTime() - leftoverAge));
    if (removed > 0) log("warn", "leftovers removed", { removed });
  } catch (error) {
    log("warn", "leftovers not removed", { error });
  }
}
