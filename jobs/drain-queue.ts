import { setTimeout as sleep } from "node:timers/promises";
import { type ClaimedDelivery, claimDeliveries } from "../domain/ledger/deliveries/claim-deliveries";
import { leaseSeconds } from "../domain/ledger/deliveries/lease";
import { postponeBlocked } from "../domain/ledger/deliveries/postpone-blocked";
import { releaseDeliveries } from "../domain/ledger/deliveries/release-deliveries";
import { renewLeases } from "../domain/ledger/deliveries/renew-leases";
import type { Stage } from "../domain/ledger/deliveries/stage";
import { surrenderDrain } from "../domain/ledger/deliveries/surrender-drain";
import { leaveDrain, renewDrain } from "../domain/ledger/drains";
import type { Ledger } from "../domain/ledger/ledger";
import type { Log } from "./log";
import type { Shutdown } from "./shutdown";

export interface QueueDrain {
  ledger: Ledger;
  queue: string;
  stage: Stage;
  /** Unique to this run of the job: leases are its own by this name. */
  owner: string;
  /** Deliveries worked on at the same time. */
  mostInFlight: number;
  /** Works on a claimed delivery and settles it. What it throws ends the job. */
  work: (delivery: ClaimedDelivery) => Promise<void>;
  shutdown: Shutdown;
  log: Log;
  /** How often claims are renewed; a fifth of their lease unless told. */
  heartbeatMilliseconds?: number;
  /** How long a delivery that jobs have died with is worked on with nothing beside it; ten minutes unless told. */
  aloneMilliseconds?: number;
  /** How often a busy or waiting job looks for more work; every second unless told. */
  lookAgainMilliseconds?: number;
}

/** A retry that is due this soon is waited for: another container would take longer to start. */
const patienceSeconds = 20;

/**
 * Works until the queue holds nothing that is due, and leaves it then. Told to stop, it gives back what it has not
 * finished and returns "stopped".
 *
 * @throws What `work` threw, or the ledger, after giving back what the job still held.
 */
export async function drainQueue(drain: QueueDrain): Promise<"drained" | "stopped"> {
  const { ledger, queue, stage, owner, shutdown, log, heartbeatMilliseconds = leaseSeconds * 200 } = drain;
  const heartbeat = setInterval(() => {
    beat(drain).catch((error: unknown) => log("warn", "heartbeat failed", { queue, error }));
  }, heartbeatMilliseconds);
  try {
    await renewDrain(ledger, queue);
    if (await workThrough(drain)) return "drained";
    await surrenderDrain(ledger, queue);
    return "stopped";
  } finally {
    clearInterval(heartbeat);
    const reason = shutdown.stopping.aborted ? "the job was told to stop" : "the job ended before its turn";
    await releaseDeliveries(ledger, { stage, owner, reason }).catch((error: unknown) =>
      log("warn", "claims were not given back", { queue, error }),
    );
  }
}

async function beat({ ledger, queue, owner }: QueueDrain): Promise<void> {
  await renewLeases(ledger, owner);
  await renewDrain(ledger, queue);
}

/**
 * True: the queue is drained and left. False: told to stop.
 *
 * Suspects (see {@link claimDeliveries}) come when nothing else is left to do, one after the other and each alone, so
 * that a file that kills every job takes nobody else's attempts with it and holds nobody up. One that is still at work
 * after a while is large rather than deadly, and others begin beside it.
 */
async function workThrough(drain: QueueDrain): Promise<boolean> {
  const { mostInFlight, shutdown, aloneMilliseconds = 600_000, lookAgainMilliseconds = 1_000 } = drain;
  const pause = (signal: AbortSignal) => sleep(lookAgainMilliseconds, undefined, { signal }).catch(() => {});
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begin = (delivery: ClaimedDelivery) => {
    const work = drain
      .work(delivery)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        inFlight.delete(work);
        if (inFlight.size === 0) aloneUntil = 0;
      });
    inFlight.add(work);
  };
  let aloneUntil = 0;
  const beginSuspect = async () => {
    const [suspect] = await claimDeliveries(drain.ledger, { ...drain, limit: 1, suspects: true });
    if (suspect === undefined) return;
    const { id, lapses } = suspect;
    drain.log("warn", "a job died with this delivery, so it is alone now", { delivery: id, lapses });
    aloneUntil = Date.now() + aloneMilliseconds;
    begin(suspect);
  };
  try {
    while (!shutdown.stopping.aborted && failures.length === 0) {
      // Half a load at once: a query for each file of 10,000 would be twice the work.
      if (inFlight.size <= mostInFlight / 2 && Date.now() >= aloneUntil) {
        const claimed = await claimDeliveries(drain.ledger, { ...drain, limit: mostInFlight - inFlight.size });
        for (const delivery of claimed) begin(delivery);
      }
      if (inFlight.size === 0) await beginSuspect();
      if (inFlight.size > 0) await nextOf(inFlight, shutdown.stopping, pause);
      else if (await leave(drain)) return true;
      else await pause(shutdown.stopping);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures.length > 0) throw failures[0];
  return false;
}

async function leave({ ledger, queue, stage }: QueueDrain): Promise<boolean> {
  if (stage.name === "send") await postponeBlocked(ledger, queue);
  return ledger.transaction((transaction) => leaveDrain(transaction, queue, patienceSeconds));
}

/** Until a piece of work ends, or it is time to look for more beside a long one. */
async function nextOf(
  inFlight: Set<Promise<void>>,
  stopping: AbortSignal,
  pause: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const enough = new AbortController();
  await Promise.race([...inFlight, pause(AbortSignal.any([enough.signal, stopping]))]);
  enough.abort();
}
