import { randomBytes, randomUUID } from "node:crypto";
import { escapeIdentifier } from "pg";
import type { AwsAccount } from "../aws-endpoint/account";
import type { CredentialRegistry } from "../aws-endpoint/credentials";
import type { Authorize } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import type { KeyedCertificate } from "./certificate-authority";
import { startIamFront } from "./iam-front";
import { iamTokenCheck } from "./iam-token";
import { type Postgres, startPostgres } from "./postgres";

export interface RdsOptions {
  account: AwsAccount;
  credentials: Pick<CredentialRegistry, "find">;
  /** Signs the clusters' certificates: what functions and jobs are given for the bundle of RDS. */
  authority: KeyedCertificate;
  /** Makes the secret of a master user. */
  createSecret: (secret: MasterSecret) => { arn: string } | Promise<{ arn: string }>;
  deleteSecret?: (arn: string) => void | Promise<void>;
  authorize?: Authorize;
  clock?: Clock;
  /** Where the databases' files are while they run; the system's own folder unless told. */
  temporaryFolder?: string;
}

export interface MasterSecret {
  name: string;
  /** JSON of `username` and `password`. */
  value: { string: string };
  kmsKeyId?: string | undefined;
}

/** A running cluster. */
export interface Cluster {
  host: string;
  port: number;
  /** The server behind the front, where roles with `rds_iam` need no token: for whoever runs the stand-ins, not for code. */
  behind: { host: string; port: number };
  /** `cluster-…`, which the ARNs of its users hold. */
  resourceId: string;
  masterUsername: string;
  masterPassword: string;
  masterSecretArn: string;
  /** PEM. */
  certificateAuthority: string;
}

export interface NewCluster {
  identifier: string;
  databaseName: string;
  masterUsername: string;
  masterSecretKmsKeyId?: string | undefined;
}

/** Aurora clusters: each is a PostgreSQL of its own, behind a front that checks IAM tokens. */
export class RdsService {
  readonly account: AwsAccount;
  readonly #options: RdsOptions;
  readonly #clusters = new Map<string, Cluster & { stop(): Promise<void> }>();

  constructor(options: RdsOptions) {
    this.account = options.account;
    this.#options = options;
  }

  cluster(identifier: string): Cluster {
    const cluster = this.#clusters.get(identifier);
    if (!cluster) throw new Error(`there is no cluster ${identifier}`);
    return cluster;
  }

  async create({ identifier, databaseName, masterUsername, masterSecretKmsKeyId }: NewCluster): Promise<Cluster> {
    const { authority, temporaryFolder } = this.#options;
    const postgres = await startPostgres({ masterUsername, authority, ...(temporaryFolder && { temporaryFolder }) });
    try {
      await postgres.administer(
        `CREATE DATABASE ${escapeIdentifier(databaseName)} OWNER ${escapeIdentifier(masterUsername)}`,
      );
      const { account, credentials, authorize, clock = systemClock } = this.#options;
      const resourceId = `cluster-${randomBytes(16).toString("hex").toUpperCase().slice(0, 26)}`;
      const checkToken = iamTokenCheck({ account, credentials, authorize, clock, clusterResourceId: resourceId });
      const front = await startIamFront(postgres, { checkToken, masterNeedsToken: () => masterHasIam(postgres) });
      const { masterPassword, certificateAuthority } = postgres;
      const secret = await this.#options.createSecret({
        name: `rds!cluster-${randomUUID()}`,
        value: { string: JSON.stringify({ username: masterUsername, password: masterPassword }) },
        kmsKeyId: masterSecretKmsKeyId,
      });
      const cluster = {
        ...{ host: front.host, port: front.port, resourceId, certificateAuthority },
        behind: { host: postgres.host, port: postgres.port },
        ...{ masterUsername, masterPassword, masterSecretArn: secret.arn },
        async stop() {
          await front.stop();
          await postgres.stop();
        },
      };
      this.#clusters.set(identifier, cluster);
      return cluster;
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  async remove(identifier: string): Promise<void> {
    const cluster = this.#clusters.get(identifier);
    this.#clusters.delete(identifier);
    if (!cluster) return;
    await cluster.stop();
    await this.#options.deleteSecret?.(cluster.masterSecretArn);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.stop()));
    this.#clusters.clear();
  }
}

/**
 * Whether the master user is a member of `rds_iam` through another role. Since PostgreSQL 16, who creates a role is a
 * member of it, so this begins with the first role of its own that it grants `rds_iam`.
 */
async function masterHasIam({ administer, masterUsername }: Postgres): Promise<boolean> {
  const through = await administer(
    `SELECT FROM pg_auth_members
     WHERE member = $1::regrole AND roleid <> 'rds_iam'::regrole AND pg_has_role(roleid, 'rds_iam', 'MEMBER')`,
    [masterUsername],
  );
  return through.length > 0;
}
