import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { log } from "../../adapters/log";
import { type Ledger, type LedgerAddress, openLedger } from "../../domain/ledger/ledger";
import { migrate as migrateLedger } from "../../domain/ledger/migrate";

export interface MigrateDependencies {
  secretsManager: Pick<SecretsManagerClient, "send">;
  /** Secret that RDS keeps: `{username, password}` of the cluster's master user. */
  masterSecretArn: string;
  /** Signs an IAM token for a user of the database. */
  token: (username: string) => Promise<string>;
  /** Where the database is; the user comes from the secret. */
  database: Omit<LedgerAddress, "user" | "password">;
  /** Folder of `NNN-name.sql` files. */
  migrations: string;
  log: typeof log;
}

/** Brings the ledger's schema up to date as the master user, and returns the names of the migrations it applied. */
export async function migrate(dependencies: MigrateDependencies): Promise<{ applied: string[] }> {
  const { migrations, log } = dependencies;
  const ledger = await logIn(dependencies);
  try {
    const applied = await migrateLedger(ledger, migrations);
    log("info", "ledger migrated", { applied });
    return { applied };
  } finally {
    await ledger.close();
  }
}

/**
 * On RDS, members of `rds_iam` log in with tokens only. Since PostgreSQL 16 who creates a role is a member of it, so the
 * master user becomes one of them when migrations grant `rds_iam` to the roles that they made. A new database knows its
 * password only.
 */
async function logIn(dependencies: MigrateDependencies): Promise<Ledger> {
  const { secretsManager, masterSecretArn, database, token } = dependencies;
  const { username, password } = await masterCredentials(secretsManager, masterSecretArn);
  // A migration may write a table anew.
  const address = { ...database, user: username, answerMilliseconds: null };
  const asked = await tryPassword({ ...address, password: async () => password });
  if (!(asked instanceof Error)) return asked;
  const ledger = openLedger({ ...address, password: () => token(username) });
  try {
    await ledger.query("SELECT 1");
    return ledger;
  } catch (error) {
    await ledger.close();
    if (!isRefusal(error)) throw error;
    throw new Error(`${username} is refused with its password (${asked.message}) and with a token (${error.message})`);
  }
}

async function tryPassword(address: LedgerAddress): Promise<Ledger | Error> {
  const ledger = openLedger(address);
  try {
    await ledger.query("SELECT 1");
    return ledger;
  } catch (error) {
    await ledger.close();
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** PostgreSQL's `invalid_authorization_specification` and `invalid_password`. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "code" in error && (error.code === "28000" || error.code === "28P01");
}

async function masterCredentials(
  secretsManager: Pick<SecretsManagerClient, "send">,
  secretArn: string,
): Promise<{ username: string; password: string }> {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const { username, password } = JSON.parse(SecretString ?? "{}") as Record<string, unknown>;
  if (typeof username !== "string" || typeof password !== "string") {
    throw new Error(`secret ${secretArn} is not {username, password}`);
  }
  return { username, password };
}
