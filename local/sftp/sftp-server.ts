import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type Connection, Server as SshServer } from "ssh2";
import { type Clock, systemClock } from "../clock";
import { modernAlgorithms } from "./algorithms";
import { type HostKey, hostKey } from "./host-key";
import { serveConnection } from "./sftp-connection";
import type { SftpLogin, SftpPeer } from "./sftp-login";

export interface SftpServerOptions {
  /** As `ssh-keygen` writes them; the first of each type counts. */
  hostKeys: readonly string[];
  /** Decides who may log in over a new connection, and what they see. */
  login(peer: SftpPeer): SftpLogin;
  /** 0, or absent: any free one. */
  port?: number;
  /** Software name in the server's greeting. */
  ident?: string;
  /** Shown to clients before they log in. */
  banner?: string | undefined;
  clock?: Clock;
  /** 120 unless told. */
  loginSeconds?: number;
  /** 1800 unless told. */
  idleSeconds?: number;
  /** Failed attempts after which a connection ends; 6 unless told. */
  mostFailures?: number;
  /** SFTP extensions to announce; those of OpenSSH that we know, unless told. */
  extensions?: Readonly<Record<string, string>>;
  /** Told of faults of ours, which clients only see as "Failure". */
  onFault?(error: unknown): void;
}

export interface SftpServer {
  port: number;
  hostKeys: HostKey[];
  /** Connections that are open now. */
  readonly connections: number;
  /** Disconnects everybody; resolves when all that they had begun is done and the port is free. */
  stop(): Promise<void>;
}

const knownExtensions = { "posix-rename@openssh.com": "1", "limits@openssh.com": "1" };

/** How long a client gets to take its leave when the server stops, in milliseconds. */
const farewell = 500;

/** An SFTP server on 127.0.0.1: SFTP version 3 and nothing else of SSH. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const hostKeys = options.hostKeys.map(hostKey);
  const ssh = new SshServer({
    hostKeys: hostKeys.map(({ privateKey }) => privateKey),
    algorithms: modernAlgorithms,
    ...(options.ident && { ident: options.ident }),
    ...(options.banner && { banner: options.banner }),
    // A client that is silent to four pings, 300 s, is gone: Transfer Family's limit.
    keepaliveInterval: 75_000,
    keepaliveCountMax: 3,
  });
  const sockets = new Map<string, Socket>();
  const clients = new Map<Connection, Promise<void>>();
  const listener = createServer((socket) => {
    const name = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(name, socket.setNoDelay(true));
    socket.once("close", () => sockets.delete(name));
    ssh.injectSocket(socket);
  });
  ssh.on("connection", (connection, { ip, port, header }) => {
    const drop = () => sockets.get(`${ip}:${port}`)?.destroy();
    const peer: SftpPeer = {
      address: ip,
      software: header.versions.software,
      negotiated: negotiation(connection),
      drop,
    };
    const over = serveConnection(connection, connectionOptions(options, options.login(peer)));
    clients.set(connection, over);
    over.finally(() => clients.delete(connection));
  });
  listener.listen(options.port ?? 0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: portOf(listener.address()),
    hostKeys,
    get connections() {
      return sockets.size;
    },
    async stop() {
      const closed = once(listener, "close");
      listener.close();
      for (const connection of clients.keys()) connection.end();
      const impatient = setTimeout(() => {
        for (const socket of sockets.values()) socket.destroy();
      }, farewell);
      await closed;
      clearTimeout(impatient);
      await Promise.all(clients.values());
    },
  };
}

const connectionOptions = (options: SftpServerOptions, login: SftpLogin) => ({
  login,
  clock: options.clock ?? systemClock,
  loginSeconds: options.loginSeconds ?? 120,
  idleSeconds: options.idleSeconds ?? 1800,
  mostFailures: options.mostFailures ?? 6,
  extensions: options.extensions ?? knownExtensions,
  onFault: options.onFault ?? (() => {}),
});

function negotiation(connection: Connection): SftpPeer["negotiated"] {
  let result = { keyExchange: "", ciphers: "" };
  connection.on("handshake", ({ kex, cs, sc }) => {
    result = { keyExchange: kex, ciphers: `${cs.cipher},${sc.cipher}` };
  });
  return () => result;
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("the SFTP server has no port");
  return address.port;
}
