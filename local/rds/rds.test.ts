import { connect } from "node:net";
import { Signer } from "@aws-sdk/rds-signer";
import { expect } from "chai";
import { Client, type ClientConfig } from "pg";
import { localAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { type AwsCredentials, CredentialRegistry } from "../aws-endpoint/credentials";
import type { AccessRequest } from "../aws-endpoint/service";
import { ManualClock } from "../manual-clock";
import { replacingInputs } from "../program/replacing-inputs";
import { createCertificateAuthority } from "./certificate-authority";
import { rdsHandlers } from "./rds-handlers";
import { RdsService } from "./rds-service";

const roleArn = "arn:aws:iam::000000000000:role/function";
const inputs = {
  clusterIdentifier: "ledger",
  engine: "aurora-postgresql",
  databaseName: "quayside",
  masterUsername: "quayside_owner",
  manageMasterUserPassword: true,
  iamDatabaseAuthenticationEnabled: true,
  deletionProtection: true,
};

describe("the local RDS", () => {
  let rds: RdsService;
  let outputs: Record<string, unknown>;
  let connection: { host: string; port: number; database: string; ssl: { ca: string } };
  let clock: ManualClock;
  const credentials = new CredentialRegistry();
  const secrets = new Map<string, string>();
  const accesses: AccessRequest[] = [];
  let refused: AwsError | undefined;
  /** What the master met while it had made no role: a cluster of its own would take another second. */
  let untilGranted: { right: string; wrong: string };

  before(async () => {
    // Tokens are signed with the machine's time.
    clock = new ManualClock(new Date());
    const authority = await createCertificateAuthority();
    rds = new RdsService({
      ...{ account: localAccount(), credentials, clock, authority },
      authorize: (access) => {
        accesses.push(access);
        if (refused) throw refused;
      },
      createSecret: ({ name, value }) => {
        secrets.set(`arn:${name}`, value.string);
        return { arn: `arn:${name}` };
      },
      deleteSecret: (arn) => void secrets.delete(arn),
    });
    outputs = (await handler("cluster:Cluster").create(inputs, "ledger")).outputs;
    connection = {
      host: String(outputs.endpoint),
      port: Number(outputs.port),
      database: "quayside",
      ssl: { ca: authority.certificate },
    };
    const logIn = (login: ClientConfig) => fault(query({ ...master(), ...login }, "SELECT 1"));
    untilGranted = { right: await logIn({}), wrong: await logIn({ password: "wrong" }) };
    await query(master(), "CREATE ROLE service LOGIN; GRANT rds_iam TO service; CREATE ROLE stranger LOGIN");
  });
  after(async () => {
    await rds.stop();
  });
  beforeEach(() => {
    accesses.length = 0;
    refused = undefined;
  });

  const handler = (type: string) => {
    const found = rdsHandlers(rds)[`aws:rds/${type}`];
    if (!found) throw new Error(`no handler for ${type}`);
    return found;
  };
  const master = () => {
    const [{ secretArn }] = outputs.masterUserSecrets as [{ secretArn: string }];
    const { username: user, password } = JSON.parse(secrets.get(secretArn) ?? "");
    return { user, password };
  };
  const query = async (login: ClientConfig, text: string) => {
    const client = new Client({ ...connection, ...login });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  const token = (username: string, more: { port?: number; credentials?: AwsCredentials } = {}) => {
    const { host: hostname, port } = connection;
    const signer = new Signer({
      ...{ hostname, port, username, region: "eu-central-1", credentials: credentials.issue({ roleArn }) },
      ...more,
    });
    return signer.getAuthToken();
  };
  /** The master as a member of `rds_iam`. */
  const owner = async () => ({ user: "quayside_owner", password: await token("quayside_owner") });
  const fault = (call: Promise<unknown>) => call.then(() => "", String);

  it("is a PostgreSQL with the database, the role of IAM logins and the master's secret", async () => {
    expect(outputs).to.deep.include({
      arn: "arn:aws:rds:eu-central-1:000000000000:cluster:ledger",
      endpoint: "127.0.0.1",
    });
    expect(outputs.masterUserSecrets).to.have.nested.property("[0].secretStatus", "active");
    const rows = await query(
      await owner(),
      "SELECT current_user, current_database(), rolcanlogin FROM pg_roles WHERE rolname = 'rds_iam'",
    );
    expect(rows).to.deep.equal([{ current_user: "quayside_owner", current_database: "quayside", rolcanlogin: false }]);
    const [{ superuser }] = await query(await owner(), "SELECT current_setting('is_superuser') AS superuser");
    expect(superuser).to.equal("off");
  });

  it("lets the master in with its password until a role that it made has rds_iam, and then with a token", async () => {
    expect(untilGranted.right).to.equal("");
    expect(untilGranted.wrong).to.contain("password authentication failed");
    // Since then it has made a role and granted it rds_iam, with the password.
    const failure = await query(master(), "SELECT 1").catch((error) => error);
    expect(failure).to.have.property("code", "28000");
    expect(String(failure)).to.contain('PAM authentication failed for user "quayside_owner"');
    expect(await fault(query(await owner(), "SELECT 1"))).to.equal("");
    refused = new AwsError("AccessDenied", "the role may not connect", 403);
    expect(await fault(query(await owner(), "SELECT 1"))).to.contain("the role may not connect");
  });

  it("lets a role in with a token of credentials that may connect as it", async () => {
    const rows = await query({ user: "service", password: await token("service") }, "SELECT current_user");
    expect(rows).to.deep.equal([{ current_user: "service" }]);
    const resource = `arn:aws:rds-db:eu-central-1:000000000000:dbuser:${outputs.clusterResourceId}/service`;
    expect(accesses).to.deep.equal([{ principal: { roleArn }, action: "rds-db:connect", resource }]);
  });

  it("lets whoever runs it in behind its front, without a token", async () => {
    const { behind } = rds.cluster("ledger");
    const rows = await query({ ...behind, user: "service" }, "SELECT current_user");
    expect(rows).to.deep.equal([{ current_user: "service" }]);
    expect(accesses).to.deep.equal([]);
  });

  it("passes large results and many connections through", async () => {
    const password = await token("service");
    const counts = await Promise.all(
      Array.from({ length: 8 }, () => query({ user: "service", password }, "SELECT repeat('x', 2000000) AS text")),
    );
    expect(counts.map(([row]) => row.text.length)).to.deep.equal(Array(8).fill(2_000_000));
  });

  it("refuses whoever has no right, no valid token, or no role for it", async () => {
    const logIn = async (user: string, password: string) => fault(query({ user, password }, "SELECT 1"));
    expect(await logIn("service", "a password")).to.contain("the password is no IAM token");
    expect(await logIn("service", await token("stranger"))).to.contain("the token is for user stranger");
    expect(await logIn("service", await token("service", { port: 1 }))).to.contain("at 127.0.0.1:1");
    const foreign = new CredentialRegistry().issue({ roleArn });
    expect(await logIn("service", await token("service", { credentials: foreign }))).to.contain(
      "signature does not match",
    );
    expect(await logIn("service", `${await token("service")}0`)).to.contain("signature does not match");
    expect(accesses).to.deep.equal([]);
    refused = new AwsError("AccessDenied", "the role may not connect", 403);
    expect(await logIn("service", await token("service"))).to.contain("the role may not connect");
    refused = undefined;
    // A role that was not granted rds_iam does not log in this way.
    expect(await logIn("stranger", await token("stranger"))).to.contain("no pg_hba.conf entry");
  });

  it("refuses a token that is older than fifteen minutes", async () => {
    const password = await token("service");
    clock.advance(Date.now() - clock.now().getTime() + 15 * 60_000 + 1000);
    expect(await fault(query({ user: "service", password }, "SELECT 1"))).to.contain("the token has expired");
  });

  it("refuses connections without TLS, and clients that distrust its authority", async () => {
    expect(await fault(query({ ...master(), ssl: false }, "SELECT 1"))).to.contain("without TLS");
    expect(await fault(query({ ...master(), ssl: true }, "SELECT 1"))).to.match(/certificate/);
  });

  it("survives clients that speak something else", async () => {
    await new Promise((resolve) => {
      const socket = connect(connection.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n\r\n"));
      socket.on("close", resolve).on("error", () => {});
      setImmediate(() => socket.end());
    });
    expect(await fault(query(master(), "SELECT 1"))).to.contain("PAM authentication failed");
  });

  it("describes groups and instances, and refuses what it does not implement", async () => {
    const instance = { identifier: "ledger-0", clusterIdentifier: "ledger", engine: "aurora-postgresql" };
    const { outputs: described } = await handler("clusterInstance:ClusterInstance").create(instance, "i");
    expect(described).to.deep.include({ endpoint: "127.0.0.1", port: outputs.port });
    const group = await handler("subnetGroup:SubnetGroup").create({ name: "ledger" }, "g");
    expect(group.outputs.arn).to.equal("arn:aws:rds:eu-central-1:000000000000:subgrp:ledger");
    const create = (more: object) => fault(handler("cluster:Cluster").create({ ...inputs, ...more }, "refused"));
    expect(await create({ engine: "aurora-mysql" })).to.contain("only aurora-postgresql");
    expect(await create({ snapshotIdentifier: "s" })).to.contain("snapshotIdentifier");
    const clusters = handler("cluster:Cluster");
    expect(replacingInputs(clusters, { ...inputs, databaseName: "other" }, inputs)).to.deep.equal(["databaseName"]);
    const protection = await clusters.update?.("ledger", { ...inputs, deletionProtection: false }, inputs);
    expect(protection).to.have.nested.property("outputs.port", outputs.port);
  });

  it("ends with its resource, and its secret with it", async () => {
    const count = secrets.size;
    await handler("cluster:Cluster").delete("ledger", inputs);
    expect(secrets.size).to.equal(count - 1);
    expect(await fault(query({ user: "service", password: "" }, "SELECT 1"))).to.contain("ECONNREFUSED");
  });
});
