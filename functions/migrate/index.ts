import { join } from "node:path";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Signer } from "@aws-sdk/rds-signer";
import { required } from "../../adapters/environment";
import { log } from "../../adapters/log";
import { migrate } from "./migrate";

const host = required("DATABASE_HOST");
const port = Number(required("DATABASE_PORT"));
const dependencies = {
  secretsManager: new SecretsManagerClient(),
  masterSecretArn: required("MASTER_SECRET_ARN"),
  database: { host, port, database: required("DATABASE_NAME") },
  token: (username: string) => new Signer({ hostname: host, port, username }).getAuthToken(),
  // The build copies them beside the bundle.
  migrations: join(__dirname, "migrations"),
  log,
};

/** A schema is never taken back: deleting the invocation does nothing. */
export async function handler(event: { tf?: { action?: string } }): Promise<{ applied: string[] }> {
  return event.tf?.action === "delete" ? { applied: [] } : migrate(dependencies);
}
