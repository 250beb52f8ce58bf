import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsAccount } from "../aws-endpoint/account";
import { type Clock, systemClock } from "../clock";
import { generateHostKeys, type HostKey } from "../sftp/host-key";
import type { SftpPeer } from "../sftp/sftp-login";
import { startSftpServer } from "../sftp/sftp-server";
import { ActivityLog, type Log } from "./activity-log";
import type { IdentityProvider } from "./identity-provider";
import { type SessionCredentials, SessionOpener } from "./session-opener";
import { type PutEvent, serverArn, TransferEvents } from "./transfer-events";
import { type SftpAuthenticationMethods, TransferLogin } from "./transfer-login";

export interface SftpEndpointOptions {
  /** `s-` and 17 hexadecimal digits. */
  serverId: string;
  account: AwsAccount;
  identityProvider: IdentityProvider;
  /** `PUBLIC_KEY_OR_PASSWORD` unless told. */
  authenticationMethods?: SftpAuthenticationMethods;
  /** URL that speaks S3. */
  s3Endpoint: string;
  /** Issues what sessions sign their S3 calls with. */
  credentials: SessionCredentials;
  putEvent: PutEvent;
  /** Takes each line of the structured log. No line holds a password. */
  log: Log;
  clock?: Clock;
  /** Private keys as `ssh-keygen` writes them; absent: new ones. */
  hostKeys?: readonly string[];
  /** 0, or absent: any free one. */
  port?: number;
  /** `setStatOption: ENABLE_NO_OP`; otherwise a client that sets attributes is told that it cannot. */
  ignoresAttributes?: boolean;
  /** Shown to clients before they log in. */
  banner?: string | undefined;
  /** Failed attempts after which a connection ends; 6 unless told. */
  mostFailures?: number;
  /** 1800 unless told. */
  idleSeconds?: number;
  /** Where a folder for uploads under way is made, and removed in the end; the system's own unless told. */
  temporaryFolder?: string;
}

export interface SftpEndpoint {
  port: number;
  hostKeys: HostKey[];
  /** Ends all connections; resolves when what they had begun is stored, and its events are put. */
  stop(): Promise<void>;
}

/**
 * The SFTP endpoint of a Transfer Family server on 127.0.0.1: logins decided by its identity provider, logical
 * directories over S3, session policies applied to every operation, structured logs and events.
 */
export async function startSftpEndpoint(options: SftpEndpointOptions): Promise<SftpEndpoint> {
  const { serverId, account, identityProvider, clock = systemClock } = options;
  const log = new ActivityLog(options.log, { "resource-arn": serverArn(account, serverId) });
  const onFault = (error: unknown) => log.write({ "activity-type": "ERROR", message: reasonOf(error) });
  const events = new TransferEvents({ account, serverId, putEvent: options.putEvent, clock, onFault });
  const hostKeys = options.hostKeys ?? generateHostKeys().map(({ privateKey }) => privateKey);
  const spoolFolder = await mkdtemp(join(options.temporaryFolder ?? tmpdir(), "quayside-transfer-"));
  const opener = new SessionOpener({ ...options, clock, log, events, spoolFolder });
  const authenticationMethods = options.authenticationMethods ?? "PUBLIC_KEY_OR_PASSWORD";
  const login = (peer: SftpPeer) =>
    new TransferLogin({
      ...{ peer, identityProvider, authenticationMethods, log },
      openSession: (username, identity, key) => opener.open(peer, username, identity, key),
    });
  const starting = startSftpServer({ ...options, clock, onFault, hostKeys, login, ident: "AWS_SFTP_1.1" });
  const server = await starting.catch(async (error: unknown) => {
    await rm(spoolFolder, { recursive: true, force: true });
    throw error;
  });
  return {
    port: server.port,
    hostKeys: server.hostKeys,
    async stop() {
      await server.stop();
      await events.settled();
      await rm(spoolFolder, { recursive: true, force: true });
    },
  };
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A server's id as Transfer Family makes them. */
export const newServerId = (): string => `s-${randomBytes(9).toString("hex").slice(1)}`;
