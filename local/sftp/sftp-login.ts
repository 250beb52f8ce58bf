import type { SftpFileSystem } from "./file-system";

export type LoginMethod = "password" | "publickey";

/** A key that a client offers; whether it holds the private half is the server's business, not the login's. */
export interface OfferedKey {
  type: string;
  /** The key itself in SSH's encoding: what is compared. */
  blob: Buffer;
}

export type LoginAttempt =
  | { method: "password"; username: string; password: string }
  | { method: "publickey"; username: string; key: OfferedKey };

export type LoginVerdict =
  | { kind: "accepted"; session: LoggedIn }
  /** This step was right and these remain. */
  | { kind: "continue"; methods: readonly LoginMethod[] }
  | { kind: "refused" };

/** A client that is logged in. */
export interface LoggedIn {
  fileSystem: SftpFileSystem;
  /** The connection is gone and everything that it had begun is done. */
  ended(): void;
}

/** Who a connection comes from. */
export interface SftpPeer {
  /** IP address. */
  address: string;
  /** `OpenSSH_9.2p1` */
  software: string;
  /** What key exchange agreed on; it is over before the first login attempt. */
  negotiated(): { keyExchange: string; ciphers: string };
  /** Cuts the connection as a failing network does: no goodbye. */
  drop(): void;
}

/** Decides about one connection's attempts to log in. */
export interface SftpLogin {
  readonly methods: readonly LoginMethod[];
  /** A client asks whether a key would do, before it signs with it. */
  knowsKey(username: string, key: OfferedKey): Promise<boolean>;
  /** For a key: the signature was verified. */
  attempt(attempt: LoginAttempt): Promise<LoginVerdict>;
}
