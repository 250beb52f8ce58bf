import { randomBytes } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import type { AwsAccount } from "../aws-endpoint/account";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { Principal } from "../aws-endpoint/service";
import type { Clock } from "../clock";
import { fingerprintOf } from "../sftp/host-key";
import type { LoggedIn, OfferedKey, SftpPeer } from "../sftp/sftp-login";
import type { ActivityLog } from "./activity-log";
import type { Identity } from "./identity-provider";
import { LogicalDirectories } from "./logical-directories";
import { S3FileSystem } from "./s3-file-system";
import { SessionObjects } from "./session-objects";
import { filledInPolicy, SessionPermissions } from "./session-policy";
import { SessionRecord } from "./session-record";
import type { TransferEvents } from "./transfer-events";

/** What a credential registry does for sessions. */
export interface SessionCredentials {
  issue(principal: Principal & { sessionName: string }): AwsCredentials;
  revoke(accessKeyId: string): void;
}

export interface SessionOpenerOptions {
  serverId: string;
  account: AwsAccount;
  s3Endpoint: string;
  credentials: SessionCredentials;
  clock: Clock;
  log: ActivityLog;
  events: TransferEvents;
  spoolFolder: string;
  ignoresAttributes?: boolean;
}

/** Opens the sessions of one server: each with its own credentials, S3 client, log fields and id. */
export class SessionOpener {
  readonly #options: SessionOpenerOptions;
  #spooled = 0;

  constructor(options: SessionOpenerOptions) {
    this.#options = options;
  }

  /** Throws an IdentityProviderError for a session policy that cannot be used. */
  open(peer: SftpPeer, username: string, identity: Identity, key: OfferedKey | undefined): LoggedIn {
    const { serverId, credentials, clock, log, events, spoolFolder, ignoresAttributes = false } = this.#options;
    const policy = identity.policy && filledInPolicy(identity.policy, username, identity.home);
    const permissions = new SessionPermissions(policy);
    const sessionId = randomBytes(10).toString("hex");
    const issued = credentials.issue({
      roleArn: identity.role,
      sessionName: `${username}.${sessionId}@${serverId}`,
      ...(policy && { sessionPolicy: policy }),
    });
    const s3 = this.#s3Client(issued);
    const metadata = { "user-agent": "AWSTransfer", "user-agent-id": `${username}@${serverId}` };
    const sessionLog = log.with({ user: username, "session-id": sessionId });
    const fileSystem = new S3FileSystem({
      directories: new LogicalDirectories(identity.home),
      objects: new SessionObjects(s3, permissions, metadata),
      record: new SessionRecord({ username, sessionId, clientIp: peer.address }, sessionLog, events, clock),
      spoolFolder,
      newSpoolName: () => `${sessionId}-${this.#spooled++}`,
      ignoresAttributes,
    });
    sessionLog.write({ "activity-type": "CONNECTED", ...connectionFields(peer, identity, key) });
    const ended = () => {
      s3.destroy();
      credentials.revoke(issued.accessKeyId);
      sessionLog.write({ "activity-type": "DISCONNECTED" });
    };
    return { fileSystem, ended };
  }

  #s3Client(credentials: AwsCredentials): S3Client {
    const { s3Endpoint, account } = this.#options;
    return new S3Client({ endpoint: s3Endpoint, region: account.region, forcePathStyle: true, credentials });
  }
}

function connectionFields(peer: SftpPeer, identity: Identity, key: OfferedKey | undefined): Record<string, string> {
  const { keyExchange, ciphers } = peer.negotiated();
  return {
    role: identity.role,
    ciphers,
    client: `SSH-2.0-${peer.software}`,
    "source-ip": peer.address,
    "home-dir": identity.home.type === "LOGICAL" ? "/" : identity.home.directory,
    kex: keyExchange,
    ...(key && {
      "ssh-public-key": key.blob.toString("base64"),
      "ssh-public-key-fingerprint": fingerprintOf(key.blob),
      "ssh-public-key-type": key.type,
    }),
  };
}
