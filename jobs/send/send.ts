import { DeliveryFailure } from "../../domain/delivery-failure";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";
import { markDelivered } from "../../domain/ledger/deliveries/mark-delivered";
import { markRenaming, type RenameNote } from "../../domain/ledger/deliveries/mark-renaming";
import type { PushDestination } from "../../domain/ledger/deliveries/push-destination";
import { sendStage } from "../../domain/ledger/deliveries/stage";
import type { Ledger } from "../../domain/ledger/ledger";
import { mostSendAttempts } from "../../domain/retry";
import { drainQueue } from "../drain-queue";
import type { Log } from "../log";
import type { ReadObject } from "../read-object";
import { refuseExhausted } from "../refuse-exhausted";
import { settleFailure } from "../settle-failure";
import type { Shutdown } from "../shutdown";
import type { TellPartner } from "../tell-partner";
import type { Arrival } from "./arrival";
import type { ObjectStore } from "./object-store";
import { earlierPlacement, placeDelivery } from "./place-delivery";
import { pushDelivery } from "./push-delivery";
import { recordArrival } from "./record-arrival";
import { type SftpConnection, sftpConnection } from "./sftp-connection";
import type { SftpSession } from "./sftp-session";

export interface SendJob {
  ledger: Ledger;
  /** `push:<partner>/<destination>` or `place:<partner>`. */
  queue: string;
  /** Unique to this run. */
  owner: string;
  readObject: ReadObject;
  store: ObjectStore;
  /** Connects and logs in to a destination. */
  connect: (destination: PushDestination) => Promise<SftpSession>;
  tell: TellPartner;
  log: Log;
  /** Seconds to wait after the failed attempt with this number, from 1. */
  retryDelay: (attempt: number) => number;
  shutdown: Shutdown;
  /** Milliseconds between attempts to record an arrival; two minutes together unless told. */
  recordPauses?: readonly number[];
}

/** Several small files at a time hide the server's response times; more would only queue up behind the one connection. */
const mostInFlight = 16;

/** Delivers everything that is ready in one send queue. @throws What makes the job unable to go on. */
export async function send(job: SendJob): Promise<"drained" | "stopped"> {
  const { ledger, queue, owner, tell, log, shutdown } = job;
  const connection = sftpConnection(job.connect);
  shutdown.abandoning.addEventListener("abort", connection.end, { once: true });
  const settle = settleFailure({
    ...job,
    stage: sendStage,
    mostAttempts: mostSendAttempts,
    abandoning: shutdown.abandoning,
  });
  const work = async (claimed: ClaimedDelivery) => {
    const claim = { delivery: claimed.id, stage: sendStage, owner };
    let arrival: Arrival;
    try {
      arrival = await deliver(claimed, job, connection, (note) => markRenaming(ledger, claim, note));
      const { abandoning } = shutdown;
      const failed = (error: unknown) => log("warn", "arrival not recorded yet", { delivery: claimed.id, error });
      await recordArrival(() => markDelivered(ledger, claim, { ...arrival, size: claimed.size }), {
        ...{ abandoning, failed, pauses: job.recordPauses },
      });
    } catch (error) {
      return settle(claimed, error);
    }
    log("info", "delivered", { delivery: claimed.id, partner: claimed.partner, queue, ...arrival, size: claimed.size });
    await tell(claimed, { event: "delivery.delivered", size: claimed.size, reason: null, ...arrival });
  };
  try {
    return await drainQueue({ ledger, queue, stage: sendStage, owner, mostInFlight, work, shutdown, log });
  } finally {
    connection.end();
  }
}

async function deliver(
  claimed: ClaimedDelivery,
  { queue, readObject, store }: SendJob,
  connection: SftpConnection,
  markRenaming: (note: RenameNote | null) => Promise<void>,
): Promise<Arrival> {
  const { delivery, destination, sendQueue } = claimed;
  // No claim should get here. Sent all the same, the file would be at the wrong server, or in another server's folder.
  if (sendQueue !== queue) {
    throw new DeliveryFailure(`the subscription now delivers by ${sendQueue}, not by ${queue}`, { canPass: true });
  }
  const tools = { readObject, markRenaming, refuseExhausted: () => refuseExhausted(claimed, mostSendAttempts) };
  // Where the last attempt broke off around its rename, the file may have arrived: that is looked at first.
  if (claimed.renamingTo === null) tools.refuseExhausted();
  if (delivery.kind === "place") return placeDelivery(claimed, delivery, { ...tools, store });
  if (destination === null) {
    const id = queue.slice("push:".length);
    // It passes: what is still meant to arrive has a queue of another destination by then, and the rest is cancelled.
    throw new DeliveryFailure(`${id} is no destination any more`, { canPass: true, reach: "destination" });
  }
  const placed = await earlierPlacement(claimed, { store, readObject });
  if (placed !== null) return placed;
  const server = `${destination.host}:${destination.port}`;
  return connection.use(destination, (session) => pushDelivery(claimed, delivery, { ...tools, session, server }));
}
