import { join } from "node:path";
import type { Entitlements } from "../domain/entitlements";
import { applyEntitlements } from "../domain/ledger/entitlements/apply-entitlements";
import { type Ledger, openLedger } from "../domain/ledger/ledger";
import { migrate } from "../domain/ledger/migrate";
import { type Postgres, startPostgres } from "../local/rds/postgres";

export const migrationsFolder = join(__dirname, "..", "domain", "ledger", "migrations");

export type LedgerUser = "quayside_service" | "quayside_authorize" | "quayside_replicate";

/** A migrated ledger in a PostgreSQL of its own. */
export interface LedgerFixture {
  postgres: Postgres;
  /** As `quayside_service`, four connections at most. */
  ledger: Ledger;
  /** Another connection pool; the fixture closes it. */
  connect(user: LedgerUser | "master", poolSize?: number): Ledger;
  /** Applies entitlements as the reconcile function does; every destination gets a made-up secret. */
  seed(...partners: Entitlements[]): Promise<void>;
  /** Empties every table but the migrations', for tests that want a fresh start. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLedger(): Promise<LedgerFixture> {
  const postgres = await startPostgres();
  const opened: Ledger[] = [];
  const connect: LedgerFixture["connect"] = (user, poolSize = 4) => {
    const ledger = openLedger({
      host: postgres.host,
      port: postgres.port,
      database: "postgres",
      user: user === "master" ? postgres.masterUsername : user,
      password: async () => (user === "master" ? postgres.masterPassword : "an IAM token"),
      certificateAuthority: postgres.certificateAuthority,
      poolSize,
    });
    opened.push(ledger);
    return ledger;
  };
  const stop = async () => {
    await Promise.all(opened.map((ledger) => ledger.close()));
    await postgres.stop();
  };
  try {
    const master = connect("master", 1);
    // On Aurora this role exists from the start.
    await master.query(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN CREATE ROLE rds_iam NOLOGIN; END IF;
    END $$`);
    await migrate(master, migrationsFolder);
    const ledger = connect("quayside_service");
    return {
      postgres,
      ledger,
      connect,
      stop,
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
        await master.query(
          "TRUNCATE partner, transfer, upload_end, scan_result, delivery, drain, unscanned_placement, replica, state_change CASCADE",
        );
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
