import type { SFTPWrapper } from "ssh2";
import { DeliveryFailure, sftpFailure } from "../../domain/delivery-failure";

type Callback<Result> = (error: Error | null | undefined, result: Result) => void;

/** The requests of one SFTP channel as promises that fail with a {@link DeliveryFailure}. */
export interface SftpRequests {
  readonly isOpen: boolean;
  /** The answer to one request; `what` is for the failure's message (`opening /inbox/x`). */
  ask<Result>(what: string, request: (callback: Callback<Result>) => void): Promise<Result>;
  /** The same for a request that is answered with no more than a status. */
  tell(what: string, request: (callback: (error?: Error | null) => void) => void): Promise<void>;
  /** Breaks the connection off; whatever is under way fails. */
  end(): void;
}

/** A server that keeps the connection alive but leaves a request without answer this long is given up. */
const answerMilliseconds = 120_000;

/** `patience` is for tests, in milliseconds. */
export function sftpRequests(
  sftp: Pick<SFTPWrapper, "once">,
  disconnect: () => void,
  patience = answerMilliseconds,
): SftpRequests {
  let isOpen = true;
  sftp.once("close", () => {
    isOpen = false;
  });
  const end = () => {
    isOpen = false;
    disconnect();
  };
  const watch = oldestWatch(patience, end);
  const ask = <Result>(what: string, request: (callback: Callback<Result>) => void) =>
    new Promise<Result>((resolve, reject) => {
      const late = () => {
        const message = `${what}: no answer for ${patience / 1000} s`;
        reject(new DeliveryFailure(message, { canPass: true, forPartner: true }));
      };
      const fail = (error: unknown) => {
        watch.answered(late);
        reject(sftpFailure(error, what));
      };
      if (!isOpen) return fail(new Error("the connection is closed"));
      watch.asked(late);
      try {
        request((error, result) => {
          if (error) return fail(error);
          watch.answered(late);
          resolve(result);
        });
      } catch (error) {
        fail(error);
      }
    });
  return {
    get isOpen() {
      return isOpen;
    },
    ask,
    tell: (what, request) => ask<void>(what, (callback) => request((error) => callback(error, undefined))),
    end,
  };
}

/**
 * Watches the oldest request without an answer, which alone waits for the server: the others wait for those before them,
 * and over a slow line they may wait long. Each is known by what is called where it had no answer in time.
 */
function oldestWatch(patience: number, giveUp: () => void) {
  const waiting = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const oldest = () => waiting.values().next().value;
  return {
    asked(late: () => void): void {
      waiting.add(late);
      timer ??= setTimeout(() => {
        oldest()?.();
        giveUp();
      }, patience);
    },
    answered(late: () => void): void {
      const wasOldest = oldest() === late;
      waiting.delete(late);
      if (wasOldest) timer?.refresh();
      if (waiting.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
