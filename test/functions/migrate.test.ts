import { readdir } from "node:fs/promises";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Signer } from "@aws-sdk/rds-signer";
import { expect } from "chai";
import { openLedger } from "../../domain/ledger/ledger";
import { migrate } from "../../functions/migrate/migrate";
import { localAccount } from "../../local/aws-endpoint/account";
import { CredentialRegistry } from "../../local/aws-endpoint/credentials";
import { createCertificateAuthority } from "../../local/rds/certificate-authority";
import { type Cluster, RdsService } from "../../local/rds/rds-service";
import { migrationsFolder } from "../ledger-fixture";
import { recorders } from "./recorders";

describe("migrate", () => {
  const registry = new CredentialRegistry();
  let rds: RdsService;
  let cluster: Cluster;
  before(async () => {
    rds = new RdsService({
      account: localAccount(),
      credentials: registry,
      authority: await createCertificateAuthority(),
      createSecret: () => ({ arn: "master" }),
    });
    cluster = await rds.create({ identifier: "ledger", databaseName: "quayside", masterUsername: "quayside_owner" });
  });
  after(() => rds.stop());

  const address = ({ host, port, certificateAuthority } = cluster) => ({
    ...{ host, port, certificateAuthority },
    database: "quayside",
  });
  const credentials = registry.issue({ roleArn: "arn:aws:iam::000000000000:role/migrate" });
  const token = (username: string) => {
    const { host: hostname, port } = cluster;
    return new Signer({ hostname, port, username, region: "eu-central-1", credentials }).getAuthToken();
  };
  const run = (secret: object, sign = token) => {
    const send = async ({ input }: { input: { SecretId: string } }) =>
      input.SecretId === "master" ? { SecretString: JSON.stringify(secret) } : {};
    return migrate({
      secretsManager: { send } as unknown as Pick<SecretsManagerClient, "send">,
      masterSecretArn: "master",
      token: sign,
      database: address(),
      migrations: migrationsFolder,
      log: recorders().log,
    });
  };
  const masterSecret = () => ({ username: cluster.masterUsername, password: cluster.masterPassword });

  it("builds the ledger as the master user, once, whoever else does at the same time", async () => {
    const both = await Promise.all([run(masterSecret()), run(masterSecret())]);
    expect(both.flatMap(({ applied }) => applied)).to.have.members(await readdir(migrationsFolder));
    const service = openLedger({ ...address(), user: "quayside_service", password: () => token("quayside_service") });
    expect((await service.query("SELECT FROM allowed_move")).rowCount).to.be.greaterThan(0);
    await service.close();
  });

  it("runs again as the same user, whose password is not taken any more: it has made roles that use tokens", async () => {
    const withPassword = openLedger({
      ...address(),
      user: cluster.masterUsername,
      password: async () => cluster.masterPassword,
    });
    const failure = await withPassword.query("SELECT 1").catch((error) => error);
    await withPassword.close();
    expect(failure).to.have.property("code", "28000");
    expect(await run(masterSecret())).to.deep.equal({ applied: [] });
  });

  it("says what came of both where neither password nor token is taken", async () => {
    const failure = await run(masterSecret(), async () => "no token").catch((error) => error);
    expect(failure)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/^quayside_owner is refused with its password \(PAM .*\) and with a token \(PAM .*\)$/);
  });

  it("refuses a secret that holds no credentials, without showing it", async () => {
    const error = await run({ password: "a secret" }).catch((failure: Error) => failure.message);
    expect(error).to.equal("secret master is not {username, password}");
  });
});
