import type { SftpSession } from "./sftp-session";

/** The one connection that all deliveries of a job share. */
export interface SftpConnection {
  /** The open session, or a new one where there is none; everybody who asks meanwhile gets the same, or the same error. */
  session(): Promise<SftpSession>;
  end(): void;
}

export function sftpConnection(connect: () => Promise<SftpSession>): SftpConnection {
  let current: Promise<SftpSession> | undefined;
  let open: SftpSession | undefined;
  const begin = () => {
    const next = connect();
    current = next;
    open = undefined;
    next.then(
      (session) => {
        open = session;
      },
      () => {
        if (current === next) current = undefined;
      },
    );
    return next;
  };
  return {
    session: () => (current === undefined || open?.isOpen === false ? begin() : current),
    end: () => {
      open?.end();
      current = undefined;
    },
  };
}
