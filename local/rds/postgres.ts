import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type QueryResultRow } from "pg";
import { freePort } from "../free-port";
import { createCertificateAuthority, type KeyedCertificate, serverCertificate } from "./certificate-authority";
import { PostgresKeeper } from "./postgres-keeper";

/** A running PostgreSQL that stands for one Aurora cluster. */
export interface Postgres {
  host: "127.0.0.1";
  port: number;
  masterUsername: string;
  masterPassword: string;
  /** PEM of the authority that signed the server's certificate; clients verify it, as they do with RDS. */
  certificateAuthority: string;
  /** The server's own, for one that stands in front of it. */
  serverCertificate: KeyedCertificate;
  /** One statement as the administrator, who may do what on AWS only RDS itself may. */
  administer<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Lets this process end while the database runs, which then ends too. */
  unref(): void;
  stop(): Promise<void>;
}

/** RDS's own superuser. A cluster's master user is none. */
const administrator = "rdsadmin";

/**
 * Starts PostgreSQL 18 in a temporary folder, TLS only, on a free port of 127.0.0.1. The master user has the rights that
 * RDS gives it, makes databases and roles, and logs in with its password. Roles that were granted `rds_iam`, which is Aurora's way to say that they log in with IAM tokens,
 * get in without being asked for one: checking tokens is the business of the {@link startIamFront} before it. Nobody
 * else gets in.
 */
export async function startPostgres({
  masterUsername = "quayside_master",
  authority,
  temporaryFolder = tmpdir(),
  choosePort = freePort,
}: {
  masterUsername?: string;
  /** Signs the server's certificate; one of its own where absent. */
  authority?: KeyedCertificate;
  /** Where a folder is made for the database, and removed in the end; the system's own unless told. */
  temporaryFolder?: string;
  choosePort?: () => Promise<number>;
} = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(temporaryFolder, "quayside-postgres-"));
  // initdb wants an empty folder that it may own, so the database gets one below the one we delete.
  const databaseDir = join(folder, "data");
  const [masterPassword, password] = [newPassword(), newPassword()];
  // The server runs as its own user where we are root, and that user must be able to reach its folder.
  if (process.getuid?.() === 0) await chmod(folder, 0o755);
  const keeper = new PostgresKeeper(folder);
  try {
    await keeper.initialise({
      ...{ databaseDir, user: administrator, password },
      authMethod: "scram-sha-256",
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ["--encoding=UTF8", "--no-sync", "--no-instructions"],
      postgresFlags: [
        ...["-c", "listen_addresses=127.0.0.1"],
        ...["-c", "unix_socket_directories="],
        ...["-c", "ssl=on"],
        ...["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
      ],
    });
    const signedBy = authority ?? (await createCertificateAuthority());
    const certificate = await serverCertificate(signedBy);
    await installCertificate(databaseDir, certificate);
    await writeFile(join(databaseDir, "pg_hba.conf"), whoLogsIn(masterUsername));
    const port = await startOn(choosePort, keeper);
    const connection = { host: "127.0.0.1", port, user: administrator, password, database: "postgres" };
    const administer: Postgres["administer"] = (text, values) =>
      ask({ ...connection, ssl: { ca: signedBy.certificate } }, text, values);
    await administer(likeNewCluster(masterUsername, masterPassword));
    return {
      administer,
      host: "127.0.0.1",
      port,
      masterUsername,
      masterPassword,
      certificateAuthority: signedBy.certificate,
      serverCertificate: certificate,
      unref: () => keeper.unref(),
      stop: () => stopped(keeper, folder),
    };
  } catch (error) {
    await stopped(keeper, folder);
    throw new Error(`PostgreSQL did not start: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * In RDS's own file, roles with `rds_iam` come first, and with them a master user that has become one of them. Here the
 * front before the server does that, and tells the server the master's password, readably, which is why it asks for it so.
 */
const whoLogsIn = (masterUsername: string) => `hostssl all ${administrator} 127.0.0.1/32 scram-sha-256
hostssl all ${masterUsername} 127.0.0.1/32 password
hostssl all +rds_iam 127.0.0.1/32 trust
`;

/**
 * What a new cluster has and a new PostgreSQL has not. The master may grant `rds_iam`, for which PostgreSQL itself wants
 * a membership; on RDS it has none.
 */
const likeNewCluster = (masterUsername: string, masterPassword: string) => `
  CREATE ROLE rds_iam NOLOGIN;
  CREATE ROLE ${masterUsername} LOGIN CREATEDB CREATEROLE PASSWORD '${masterPassword}';
  GRANT rds_iam TO ${masterUsername} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
  GRANT pg_monitor, pg_signal_backend TO ${masterUsername};
  GRANT SET ON PARAMETER session_replication_role TO ${masterUsername};
`;

async function ask<Row extends QueryResultRow>(
  connection: ConstructorParameters<typeof Client>[0],
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new Client(connection);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Between being chosen and being listened on, a port can go to any connection of this machine. */
async function startOn(choosePort: () => Promise<number>, keeper: PostgresKeeper): Promise<number> {
  for (let left = 4; ; left--) {
    const port = await choosePort();
    try {
      await keeper.start(port);
      return port;
    } catch (error) {
      if (left === 0 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

const newPassword = () => randomBytes(24).toString("base64url");

async function stopped(keeper: PostgresKeeper, folder: string): Promise<void> {
  await keeper.stop();
  // The keeper removes it, unless somebody ended the keeper.
  await rm(folder, { recursive: true, force: true });
}

async function installCertificate(databaseDir: string, { certificate, privateKey }: KeyedCertificate): Promise<void> {
  // PostgreSQL insists that its key belongs to the user it runs as.
  const { uid, gid } = await stat(databaseDir);
  for (const [name, pem] of [
    ["server.crt", certificate],
    ["server.key", privateKey],
  ] as const) {
    await writeFile(join(databaseDir, name), pem, { mode: 0o600 });
    await chown(join(databaseDir, name), uid, gid);
  }
}
