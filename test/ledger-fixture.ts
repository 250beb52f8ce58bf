import { join } from "node:path";
import type { Entitlements } from "../domain/entitlements";
import { applyEntitlements } from "../domain/ledger/entitlements/apply-entitlements";
import { type Ledger, openLedger } from "../domain/ledger/ledger";
import { migrate } from "../domain/ledger/migrate";
import { type Postgres, startPostgres } from "../local/rds/postgres";

export const migrationsFolder = join(__dirname, "..", "domain", "ledger", "migrations");

export type LedgerUser = "quayside_service" | "quayside_authorize" | "quayside_replicate";

/** A migrated ledger in a database of its own. */
export interface LedgerFixture {
  /** How another process connects. */
  address: { host: string; port: number; database: string; certificateAuthority: string };
  /** As `quayside_service`, four connections at most. */
  ledger: Ledger;
  /** Another connection pool; the fixture closes it. */
  connect(user: LedgerUser | "master", poolSize?: number): Ledger;
  /** Applies entitlements as the reconcile function does; every destination gets a made-up secret. */
  seed(...partners: Entitlements[]): Promise<void>;
  /** Empties every table that the migrations left empty, for tests that want a fresh start. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One server for every suite of this process, with a migrated database as the template of theirs: a database takes a
 * tenth of the time that a server takes. It ends with the process.
 */
let server: Promise<Postgres> | undefined;
let databases = 0;
const template = "ledger_template";

async function startServer(): Promise<Postgres> {
  const postgres = await startPostgres();
  postgres.unref();
  const master = openDatabase(postgres, "postgres", "master", 1);
  await master.query(`CREATE DATABASE ${template}`);
  await master.close();
  const migrating = openDatabase(postgres, template, "master", 1);
  await migrate(migrating, migrationsFolder);
  await migrating.close();
  return postgres;
}

function openDatabase(postgres: Postgres, database: string, user: LedgerUser | "master", poolSize: number): Ledger {
  return openLedger({
    ...{ host: postgres.host, port: postgres.port, database, poolSize },
    user: user === "master" ? postgres.masterUsername : user,
    password: async () => (user === "master" ? postgres.masterPassword : "an IAM token"),
    certificateAuthority: postgres.certificateAuthority,
  });
}

/** Runs one statement outside any suite's database. */
async function administer(postgres: Postgres, statement: string): Promise<void> {
  const master = openDatabase(postgres, "postgres", "master", 1);
  await master.query(statement).finally(() => master.close());
}

export async function startLedger(): Promise<LedgerFixture> {
  server ??= startServer();
  const postgres = await server;
  const database = `ledger_${++databases}`;
  await administer(postgres, `CREATE DATABASE ${database} TEMPLATE ${template}`);
  const opened: Ledger[] = [];
  const connect: LedgerFixture["connect"] = (user, poolSize = 4) => {
    const ledger = openDatabase(postgres, database, user, poolSize);
    opened.push(ledger);
    return ledger;
  };
  const master = connect("master", 1);
  const ledger = connect("quayside_service");
  const emptied = await emptyTables(master);
  return {
    address: {
      ...{ host: postgres.host, port: postgres.port, database },
      certificateAuthority: postgres.certificateAuthority,
    },
    ledger,
    connect,
    async stop() {
      await Promise.all(opened.map((one) => one.close()));
      await administer(postgres, `DROP DATABASE ${database} WITH (FORCE)`);
    },
    async seed(...partners) {
      for (const partner of partners) {
        const secrets = Object.fromEntries(
          partner.destinations.map(({ name }) => [
            name,
            `arn:aws:secretsmanager:eu-central-1:000000000000:secret:push/${partner.partner}/${name}-AbCdEf`,
          ]),
        );
        await ledger.transaction((transaction) => applyEntitlements(transaction, partner, secrets, "seed"));
      }
    },
    async clear() {
      // TRUNCATE makes new files for every table and index: 15 to 50 ms, where this takes one. The role switches foreign
      // keys and the ledger's own triggers off, for this statement list only.
      const deletes = emptied.map((table) => `DELETE FROM ${table}`);
      await master.query(["BEGIN", "SET LOCAL session_replication_role = replica", ...deletes, "COMMIT"].join("; "));
    },
  };
}

/** The tables without a row. */
async function emptyTables(master: Ledger): Promise<string[]> {
  const { rows } = await master.query<{ name: string }>(
    "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const counted = await Promise.all(
    rows.map(async ({ name }) => ({ name, ...(await master.query(`SELECT FROM ${name} LIMIT 1`)) })),
  );
  return counted.filter(({ rowCount }) => rowCount === 0).map(({ name }) => name);
}
