import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket, connect as tlsConnect } from "node:tls";
import type { Postgres } from "./postgres";
import {
  askForPassword,
  fatalError,
  passwordMessage,
  readFirstMessage,
  readPassword,
  sslRequestMessage,
} from "./postgres-messages";

export interface IamFront {
  host: "127.0.0.1";
  port: number;
  stop(): Promise<void>;
}

/** Checks the token with which a user logs in; throws an error where it is none, or grants nothing. */
export type CheckToken = (login: { user: string; token: string; port: number }) => void;

export interface FrontChecks {
  checkToken: CheckToken;
  /** Whether the master user has become a member of `rds_iam`. */
  masterNeedsToken: () => Promise<boolean>;
}

interface FrontOptions extends FrontChecks {
  postgres: Postgres;
  port: number;
}

/**
 * What Aurora does before PostgreSQL: TLS only, and whoever is a member of `rds_iam`, be it through another role, logs in
 * with an IAM token for a password and with nothing else: that line of RDS's pg_hba.conf comes before the one for
 * passwords. A login that passes is handed to the server behind; all bytes after it go through untouched.
 */
export async function startIamFront(postgres: Postgres, checks: FrontChecks): Promise<IamFront> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    serve(socket, { postgres, ...checks, port }).catch(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the database's front has no port");
  return {
    host: "127.0.0.1",
    port: address.port,
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

async function serve(socket: Socket, options: FrontOptions): Promise<void> {
  socket.on("error", () => socket.destroy());
  const plain = new MessageReader(socket);
  let opening = await plain.next(0);
  if (readFirstMessage(opening).kind === "gss") {
    socket.write("N");
    opening = await plain.next(0);
  }
  const { kind } = readFirstMessage(opening);
  if (kind === "cancel") return forward(socket, opening, options.postgres);
  if (kind !== "ssl") {
    socket.end(fatalError("28000", "connections without TLS are refused; rds.force_ssl is on"));
    return;
  }
  plain.release();
  socket.write("S");
  const { certificate: cert, privateKey: key } = options.postgres.serverCertificate;
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert, key }) });
  secure.on("error", () => socket.destroy());
  await logIn(secure, options);
}

async function logIn(client: TLSSocket, options: FrontOptions): Promise<void> {
  const { postgres, checkToken, masterNeedsToken, port } = options;
  const reader = new MessageReader(client);
  const startup = await reader.next(0);
  const first = readFirstMessage(startup);
  if (first.kind === "cancel") return forward(client, startup, postgres);
  const user = first.kind === "startup" ? (first.parameters.user ?? "") : "";
  client.write(askForPassword);
  const password = readPassword(await reader.next(1));
  const isMaster = user === postgres.masterUsername;
  const needsToken = !isMaster || (await masterNeedsToken());
  try {
    if (needsToken) checkToken({ user, token: password, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    client.end(fatalError("28000", `PAM authentication failed for user "${user}": ${reason}`));
    return;
  }
  reader.release();
  // The server behind knows nothing of tokens, and asks for the password of the master alone.
  await forward(client, startup, postgres, isMaster ? (needsToken ? postgres.masterPassword : password) : undefined);
}

/**
 * Opens a connection to the server behind, repeats the opening message there, and joins the two.
 * @param password for the server, where it will ask for one; the client has been asked already.
 */
async function forward(client: Socket, opening: Buffer, postgres: Postgres, password?: string): Promise<void> {
  const { host, port, certificateAuthority } = postgres;
  const raw = connect(port, host);
  raw.on("error", () => client.destroy());
  raw.write(sslRequestMessage);
  const [answer] = (await once(raw, "data")) as [Buffer];
  if (answer.toString("latin1") !== "S") throw new Error("the server behind the front does not speak TLS");
  const behind = tlsConnect({ socket: raw, host, ca: certificateAuthority });
  behind.on("error", () => client.destroy());
  behind.once("close", () => client.destroy());
  client.once("close", () => behind.destroy());
  behind.write(opening);
  if (password !== undefined) {
    const reader = new MessageReader(behind);
    const asked = await reader.next(1);
    if (asked.equals(askForPassword)) behind.write(passwordMessage(password));
    else client.write(asked);
    reader.release();
  }
  client.pipe(behind).pipe(client);
}

/** Takes whole messages off a socket; what follows the last one goes back when the reader lets go. */
class MessageReader {
  #bytes = Buffer.alloc(0);
  #wake: () => void = () => {};
  #ended = false;
  readonly #onData = (chunk: Buffer) => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  };
  readonly #onEnd = () => {
    this.#ended = true;
    this.#wake();
  };

  constructor(private readonly socket: Socket) {
    socket.on("data", this.#onData).once("close", this.#onEnd);
  }

  /** @param typeBytes bytes before the length: none for a first message, one for all others */
  async next(typeBytes: 0 | 1): Promise<Buffer> {
    for (;;) {
      const length = this.#bytes.length >= typeBytes + 4 ? typeBytes + this.#bytes.readUInt32BE(typeBytes) : Infinity;
      if (this.#bytes.length >= length) {
        const message = this.#bytes.subarray(0, length);
        this.#bytes = this.#bytes.subarray(length);
        return message;
      }
      // No login needs more; a larger length is something else that speaks to this port.
      if (this.#ended || this.#bytes.length > 65_536) throw new Error("the client left before it had logged in");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  release(): void {
    this.socket.off("data", this.#onData).off("close", this.#onEnd);
    this.socket.pause();
    if (this.#bytes.length > 0) this.socket.unshift(this.#bytes);
  }
}
