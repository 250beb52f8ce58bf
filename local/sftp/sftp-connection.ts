import { setMaxListeners } from "node:events";
import type { Connection, ServerChannel, Session } from "ssh2";
import type { Clock } from "../clock";
import { authenticated } from "./authentication";
import { IdleTimer } from "./idle-timer";
import type { LoggedIn, SftpLogin } from "./sftp-login";
import { serveSftp } from "./sftp-session";

export interface SftpConnectionOptions {
  clock: Clock;
  login: SftpLogin;
  /** A client that has not logged in after this long is disconnected. */
  loginSeconds: number;
  /** A client that has asked for nothing for this long is disconnected. */
  idleSeconds: number;
  mostFailures: number;
  extensions: Readonly<Record<string, string>>;
  onFault(error: unknown): void;
}

/** Transfer Family's limit; each is one SFTP session. */
const mostSessions = 10;
const sftpOnly = "This service allows sftp connections only.\r\n";

/** Serves one SSH connection; resolves when it is gone and everything that it had begun is done. */
export async function serveConnection(connection: Connection, options: SftpConnectionOptions): Promise<void> {
  const gone = new AbortController();
  // Every pending write of every session listens.
  setMaxListeners(0, gone.signal);
  const closed = new Promise<void>((resolve) => {
    connection.once("close", () => {
      gone.abort();
      resolve();
    });
  });
  // Broken connections and nonsense from port scanners end the connection; there is nothing else to do.
  connection.on("error", () => {});
  const { clock, login, mostFailures, onFault } = options;
  const impatient = clock.after(options.loginSeconds * 1000, () => connection.end());
  const loggedIn = await Promise.race([
    authenticated({ connection, login, mostFailures, onFault, gone: gone.signal }),
    closed,
  ]);
  impatient();
  if (!loggedIn) return;
  const idle = new IdleTimer(clock, options.idleSeconds * 1000, () => connection.end());
  const sessions = acceptSessions(connection, loggedIn, gone.signal, options, () => idle.touch());
  await closed;
  idle.stop();
  await Promise.all(sessions);
  loggedIn.ended();
}

/** Accepts SFTP sessions from now on, and collects them: each a promise that resolves when it is over. */
function acceptSessions(
  connection: Connection,
  { fileSystem }: LoggedIn,
  gone: AbortSignal,
  { extensions, onFault }: SftpConnectionOptions,
  onRequest: () => void,
): Promise<void>[] {
  const sessions: Promise<void>[] = [];
  let open = 0;
  connection.on("session", (accept, reject) => {
    if (open >= mostSessions) return reject();
    open += 1;
    const session = accept();
    session.once("close", () => {
      open -= 1;
    });
    refuseCommands(session);
    session.on("subsystem", (start, refuse, { name }) => {
      if (name !== "sftp") return refuse?.();
      const channel: ServerChannel = start();
      const over = AbortSignal.any([gone, closing(session)]);
      setMaxListeners(0, over);
      channel.on("error", () => {});
      sessions.push(serveSftp({ channel, fileSystem, extensions, onFault, onRequest, gone: over }));
    });
  });
  return sessions;
}

function closing(session: Session): AbortSignal {
  const closed = new AbortController();
  session.once("close", () => closed.abort());
  return closed.signal;
}

/** A command or a shell gets a sentence and an exit code instead of silence. */
function refuseCommands(session: Session): void {
  const say = (start: () => ServerChannel) => {
    const channel = start();
    channel.write(sftpOnly);
    channel.exit(1);
    channel.end();
  };
  session.on("exec", say);
  session.on("shell", say);
}
