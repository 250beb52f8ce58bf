import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  /** Lets this process end while the database runs, which then ends too. */
  unref(): void;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL 18 in a temporary folder, TLS only, on a free port of 127.0.0.1. The master user logs in
 * with its password. Roles that were granted `rds_iam`, which is Aurora's way to say that they log in with IAM tokens,
 * get in without being asked for one: checking tokens is the business of the {@link startIamFront} before it. Nobody
 * else gets in.
 */
export async function startPostgres({
  masterUsername = "quayside_master",
  authority,
  temporaryFolder = tmpdir(),
}: {
  masterUsername?: string;
  /** Signs the server's certificate; one of its own where absent. */
  authority?: KeyedCertificate;
  /** Where a folder is made for the database, and removed in the end; the system's own unless told. */
  temporaryFolder?: string;
} = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(temporaryFolder, "quayside-postgres-"));
  // initdb wants an empty folder that it may own, so the database gets one below the one we delete.
  const databaseDir = join(folder, "data");
  const port = await freePort();
  const masterPassword = randomBytes(24).toString("base64url");
  // The server runs as its own user where we are root, and that user must be able to reach its folder.
  if (process.getuid?.() === 0) await chmod(folder, 0o755);
  const keeper = new PostgresKeeper(folder);
  try {
    await keeper.initialise({
      ...{ databaseDir, port, user: masterUsername, password: masterPassword },
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
    await writeFile(
      join(databaseDir, "pg_hba.conf"),
      `hostssl all ${masterUsername} 127.0.0.1/32 scram-sha-256\nhostssl all +rds_iam 127.0.0.1/32 trust\n`,
    );
    await keeper.start();
    return {
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
