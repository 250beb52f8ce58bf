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

export function sftpRequests(sftp: SFTPWrapper, disconnect: () => void): SftpRequests {
  let isOpen = true;
  sftp.once("close", () => {
    isOpen = false;
  });
  const end = () => {
    isOpen = false;
    disconnect();
  };
  const ask = <Result>(what: string, request: (callback: Callback<Result>) => void) =>
    new Promise<Result>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DeliveryFailure(`${what}: no answer for ${answerMilliseconds / 1000} s`, { canPass: true }));
        end();
      }, answerMilliseconds);
      const fail = (error: unknown) => {
        clearTimeout(timer);
        reject(sftpFailure(error, what));
      };
      if (!isOpen) return fail(new Error("the connection is closed"));
      try {
        request((error, result) => {
          if (error) return fail(error);
          clearTimeout(timer);
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
