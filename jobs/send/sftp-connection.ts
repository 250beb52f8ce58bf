import type { PushDestination } from "../../domain/ledger/deliveries/push-destination";
import type { SftpSession } from "./sftp-session";

/** The one connection that all deliveries of a job share. */
export interface SftpConnection {
  /**
   * Does some work with the open session, or a new one where there is none or the destination has changed; everybody who
   * asks meanwhile gets the same, or the same error. A session to what the destination was before ends with the last
   * work that uses it.
   */
  use<Result>(destination: PushDestination, work: (session: SftpSession) => Promise<Result>): Promise<Result>;
  /** Breaks every session off; whatever is under way fails. */
  end(): void;
}

interface SharedSession {
  /** What the destination was when it was made. */
  destination: string;
  session: Promise<SftpSession>;
  /** Once it is there. */
  open?: SftpSession;
  users: number;
}

export function sftpConnection(connect: (destination: PushDestination) => Promise<SftpSession>): SftpConnection {
  const all = new Set<SharedSession>();
  let current: SharedSession | undefined;
  let isEnded = false;
  const leave = (shared: SharedSession) => {
    if (shared.users > 0 || (shared === current && shared.open?.isOpen !== false)) return;
    shared.open?.end();
    all.delete(shared);
  };
  const begin = (destination: PushDestination) => {
    const former = current;
    const next: SharedSession = { destination: JSON.stringify(destination), session: connect(destination), users: 0 };
    current = next;
    all.add(next);
    if (former !== undefined) leave(former);
    next.session.then(
      (session) => {
        next.open = session;
        if (isEnded) session.end();
      },
      () => {
        all.delete(next);
        if (current === next) current = undefined;
      },
    );
    return next;
  };
  return {
    async use(destination, work) {
      const isRight = current?.destination === JSON.stringify(destination) && current.open?.isOpen !== false;
      const shared = current !== undefined && isRight ? current : begin(destination);
      shared.users++;
      try {
        return await work(await shared.session);
      } finally {
        shared.users--;
        leave(shared);
      }
    },
    end() {
      isEnded = true;
      for (const { open } of all) open?.end();
      current = undefined;
    },
  };
}
