import { randomUUID } from "node:crypto";
import type { Notification } from "../../domain/notification";
import { connectSftp } from "../../jobs/send/connect-sftp";
import type { PushCredentials } from "../../jobs/send/push-credentials";
import { type SendJob, send } from "../../jobs/send/send";
import { tellPartner } from "../../jobs/tell-partner";

/** Object versions by version id: their bytes, or something that makes them up as they are read. */
export type Objects = Map<string, Uint8Array | (() => AsyncIterable<Uint8Array>)>;

export interface SendRun {
  outcome: Promise<"drained" | "stopped">;
  notifications: Notification[];
  lines: { level: string; message: string; [field: string]: unknown }[];
  /** What SIGTERM does at first, and what happens when the grace is over. */
  stop(): void;
  abandon(): void;
}

/** What a push has to do with the bucket besides reading. */
export const noStore: SendJob["store"] = {
  find: () => Promise.reject(new Error("a push looks for no object")),
  copy: () => Promise.reject(new Error("a push copies no object")),
};

/**
 * Runs the send job in this process, with its real SFTP client. Retries wait for no time at all, and a ledger that does
 * not take an arrival is not asked again.
 */
export function runSend({
  ledger,
  queue,
  objects,
  credentials,
  ...others
}: Pick<SendJob, "ledger" | "queue"> & {
  objects: Objects;
  credentials: PushCredentials;
} & Partial<SendJob>): SendRun {
  const stopping = new AbortController();
  const abandoning = new AbortController();
  const notifications: Notification[] = [];
  const lines: SendRun["lines"] = [];
  const log: SendJob["log"] = (level, message, fields) => void lines.push({ level, message, ...fields });
  const outcome = send({
    ...{ ledger, queue, log, owner: randomUUID(), retryDelay: () => 0, recordPauses: [] },
    shutdown: { stopping: stopping.signal, abandoning: abandoning.signal },
    async *readObject({ versionId }) {
      const object = objects.get(versionId);
      if (object === undefined) throw new Error(`no test wrote object version ${versionId}`);
      if (typeof object === "function") yield* object();
      else yield object;
    },
    store: noStore,
    connect: (destination) => connectSftp(destination, credentials),
    tell: tellPartner(async (notification) => void notifications.push(notification), log),
    ...others,
  });
  return {
    ...{ outcome, notifications, lines },
    stop: () => stopping.abort(),
    abandon: () => {
      stopping.abort();
      abandoning.abort();
    },
  };
}
