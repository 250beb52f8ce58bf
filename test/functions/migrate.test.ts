import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { openLedger } from "../../domain/ledger/ledger";
import { migrate } from "../../functions/migrate/migrate";
import { type Postgres, startPostgres } from "../../local/rds/postgres";
import { migrationsFolder } from "../ledger-fixture";
import { recorders } from "./recorders";

describe("migrate", () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
    const master = open();
    await master.query("CREATE ROLE rds_iam NOLOGIN");
    await master.close();
  });
  after(() => postgres.stop());

  const address = () => ({
    host: postgres.host,
    port: postgres.port,
    database: "postgres",
    certificateAuthority: postgres.certificateAuthority,
  });
  const open = () =>
    openLedger({ ...address(), user: postgres.masterUsername, password: async () => postgres.masterPassword });
  const run = (secret: object) => {
    const send = async ({ input }: { input: { SecretId: string } }) =>
      input.SecretId === "master" ? { SecretString: JSON.stringify(secret) } : {};
    return migrate({
      secretsManager: { send } as unknown as Pick<SecretsManagerClient, "send">,
      masterSecretArn: "master",
      database: address(),
      migrations: migrationsFolder,
      log: recorders().log,
    });
  };
  const masterSecret = () => ({ username: postgres.masterUsername, password: postgres.masterPassword });

  it("builds the ledger as the master user, once, whoever else does at the same time", async () => {
    const both = await Promise.all([run(masterSecret()), run(masterSecret())]);
    expect(both.flatMap(({ applied }) => applied)).to.have.members([
      "001-ledger.sql",
      "002-roles.sql",
      "003-partner-rename.sql",
      "004-private-service.sql",
    ]);
    expect(await run(masterSecret())).to.deep.equal({ applied: [] });
    const master = open();
    expect((await master.query("SELECT FROM allowed_move")).rowCount).to.be.greaterThan(0);
    await master.close();
  });

  it("refuses a secret that holds no credentials, without showing it", async () => {
    const error = await run({ password: "a secret" }).catch((failure: Error) => failure.message);
    expect(error).to.equal("secret master is not {username, password}");
  });
});
