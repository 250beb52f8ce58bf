import { timingSafeEqual } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { utils } from "ssh2";
import { generateHostKeys } from "../sftp/host-key";
import type { LoginMethod, OfferedKey, SftpLogin, SftpPeer } from "../sftp/sftp-login";
import { startSftpServer } from "../sftp/sftp-server";
import { destinationSession } from "./destination-session";
import type { DestinationFaults } from "./faults";

export interface SftpDestinationOptions {
  username: string;
  /** Absent: keys only. */
  password?: string;
  /** OpenSSH one-line public keys. */
  authorizedKeys?: readonly string[];
  /** Private key as `ssh-keygen` writes it; absent: new ones. */
  hostKey?: string;
  /** The folder that clients see as `/`; made if it is missing. */
  folder: string;
  /** 0, or absent: any free one. */
  port?: number;
  /** false: the server does not know posix-rename@openssh.com, like many that are not OpenSSH. */
  posixRename?: boolean;
  faults?: DestinationFaults;
}

export interface SftpDestination {
  port: number;
  /** One-line public keys, as a partner file pins them. */
  hostKeys: string[];
  /** Every virtual path that ever came into being, in order: opened for writing, made, renamed to. */
  readonly names: readonly string[];
  /** Connections that were ever accepted, logged in or not. */
  readonly connectionCount: number;
  /** May be changed at any time. */
  faults: DestinationFaults;
  stop(): Promise<void>;
}

/** Starts a real SFTP server over a local folder, standing for a subscriber's own. */
export async function startSftpDestination(options: SftpDestinationOptions): Promise<SftpDestination> {
  const names: string[] = [];
  const faults = { ...options.faults };
  let connectionCount = 0;
  await mkdir(options.folder, { recursive: true });
  const server = await startSftpServer({
    hostKeys: options.hostKey ? [options.hostKey] : generateHostKeys().map(({ privateKey }) => privateKey),
    ...(options.port && { port: options.port }),
    ...(options.posixRename === false && { extensions: {} }),
    login: (peer) => {
      connectionCount += 1;
      return destinationLogin(options, peer, { faults, onName: (path) => names.push(path) });
    },
  });
  return {
    port: server.port,
    hostKeys: server.hostKeys.map(({ publicKey }) => publicKey),
    names,
    get connectionCount() {
      return connectionCount;
    },
    faults,
    stop: () => server.stop(),
  };
}

function destinationLogin(
  { username, password, authorizedKeys = [], folder }: SftpDestinationOptions,
  peer: SftpPeer,
  { faults, onName }: { faults: DestinationFaults; onName(path: string): void },
): SftpLogin {
  const methods: LoginMethod[] = password === undefined ? ["publickey"] : ["publickey", "password"];
  const keys = authorizedKeys.map(publicKeyBlob);
  const knows = (name: string, { blob }: OfferedKey) => name === username && keys.some((key) => key.equals(blob));
  return {
    methods,
    knowsKey: async (name, key) => knows(name, key),
    attempt: async (attempt) => {
      const isRight =
        attempt.method === "publickey"
          ? knows(attempt.username, attempt.key)
          : password !== undefined && attempt.username === username && isSame(attempt.password, password);
      if (!isRight) return { kind: "refused" };
      const fileSystem = destinationSession({ folder, faults, onName, drop: () => peer.drop() });
      return { kind: "accepted", session: { fileSystem, ended: () => {} } };
    },
  };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function publicKeyBlob(line: string): Buffer {
  const key = utils.parseKey(line);
  if (key instanceof Error) throw new Error(`"${line}" is no OpenSSH public key: ${key.message}`);
  return key.getPublicSSH();
}
