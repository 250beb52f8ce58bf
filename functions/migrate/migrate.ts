import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { log } from "../../adapters/log";
import { type LedgerAddress, openLedger } from "../../domain/ledger/ledger";
import { migrate as migrateLedger } from "../../domain/ledger/migrate";

export interface MigrateDependencies {
  secretsManager: Pick<SecretsManagerClient, "send">;
  /** Secret that RDS keeps: `{username, password}` of the cluster's master user. */
  masterSecretArn: string;
  /** Where the database is; the user comes from the secret. */
  database: Omit<LedgerAddress, "user" | "password">;
  /** Folder of `NNN-name.sql` files. */
  migrations: string;
  log: typeof log;
}

/** Brings the ledger's schema up to date as the master user, and returns the names of the migrations it applied. */
export async function migrate(dependencies: MigrateDependencies): Promise<{ applied: string[] }> {
  const { secretsManager, masterSecretArn, database, migrations, log } = dependencies;
  const { username, password } = await masterCredentials(secretsManager, masterSecretArn);
  const ledger = openLedger({ ...database, user: username, password: async () => password });
  try {
    const applied = await migrateLedger(ledger, migrations);
    log("info", "ledger migrated", { applied });
    return { applied };
  } finally {
    await ledger.close();
  }
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
