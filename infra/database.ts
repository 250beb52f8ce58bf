import * as aws from "@pulumi/aws";
import type { Output } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { logGroup } from "./log-group";
import type { Network } from "./network";
import { databasePort, type SecurityGroups } from "./security-groups";
import type { Stack } from "./stack";

export interface Database {
  cluster: aws.rds.Cluster;
  /** Whoever connects has to wait for these. */
  instances: aws.rds.ClusterInstance[];
  /** The master user's secret, which RDS makes and rotates; only migrations use it. */
  masterSecretArn: Output<string>;
  /** What functions and jobs need to find it; the user comes on top. */
  environment: { DATABASE_HOST: Output<string>; DATABASE_PORT: Output<string>; DATABASE_NAME: string };
  /** The right to log in as a user of the database is a right on this ARN. */
  userArn(user: DatabaseUser | typeof databaseOwner): Output<string>;
}

/** Made by the ledger's migrations; all log in with IAM tokens. */
export type DatabaseUser = "quayside_authorize" | "quayside_replicate" | "quayside_service";

const engine = "aurora-postgresql";
const databaseName = "quayside";
/** The master user, which only migrations log in as. */
export const databaseOwner = "quayside_owner";

/** The ledger: Aurora PostgreSQL, encrypted, TLS only, without a way in from outside the VPC. */
export function database(stack: Stack, keys: Keys, network: Network, groups: SecurityGroups): Database {
  const { config } = stack;
  const identifier = `${stack.prefix}-ledger`;
  const subnets = new aws.rds.SubnetGroup("ledger", { name: identifier, subnetIds: network.subnets.isolated });
  const [majorVersion] = config.databaseEngineVersion.split(".");
  const parameters = new aws.rds.ClusterParameterGroup("ledger", {
    // In a major upgrade the cluster moves from one group to the other, so both are there for a while.
    name: `${identifier}-${majorVersion}`,
    family: `${engine}${majorVersion}`,
    parameters: [
      { name: "rds.force_ssl", value: "1" },
      // Milliseconds. Nothing that the service does takes longer; a forgotten transaction would hold its locks.
      { name: "idle_in_transaction_session_timeout", value: "300000" },
    ],
  });
  const log = logGroup(stack, keys, "ledger", `/aws/rds/cluster/${identifier}/postgresql`);
  const cluster = new aws.rds.Cluster(
    "ledger",
    {
      clusterIdentifier: identifier,
      engine,
      engineMode: "provisioned",
      engineVersion: config.databaseEngineVersion,
      // The version is changed by a commit that somebody reviews, and by nothing else.
      allowMajorVersionUpgrade: true,
      // Else a change would wait for the maintenance window, and be done as far as Pulumi knows.
      applyImmediately: true,
      databaseName,
      port: databasePort,
      masterUsername: databaseOwner,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keys.data.arn,
      iamDatabaseAuthenticationEnabled: true,
      storageEncrypted: true,
      kmsKeyId: keys.data.arn,
      dbSubnetGroupName: subnets.name,
      dbClusterParameterGroupName: parameters.name,
      vpcSecurityGroupIds: [groups.database.id],
      serverlessv2ScalingConfiguration: {
        minCapacity: config.databaseMinCapacity,
        maxCapacity: config.databaseMaxCapacity,
      },
      backupRetentionPeriod: config.databaseBackupRetentionDays,
      copyTagsToSnapshot: true,
      deletionProtection: config.protect,
      skipFinalSnapshot: !config.protect,
      finalSnapshotIdentifier: `${identifier}-final`,
      enabledCloudwatchLogsExports: ["postgresql"],
    },
    { ...stack.stateful, dependsOn: [log] },
  );
  const instances = Array.from({ length: config.databaseInstances }, (_, index) => instance(stack, cluster, index));
  return {
    cluster,
    instances,
    masterSecretArn: cluster.masterUserSecrets.apply((secrets) => {
      const arn = secrets?.[0]?.secretArn;
      if (arn === undefined) throw new Error(`cluster ${identifier} has no managed master secret`);
      return arn;
    }),
    environment: {
      DATABASE_HOST: cluster.endpoint,
      DATABASE_PORT: cluster.port.apply(String),
      DATABASE_NAME: databaseName,
    },
    userArn: (user) => cluster.clusterResourceId.apply((id) => stack.arn("rds-db", `dbuser:${id}/${user}`)),
  };
}

function instance(stack: Stack, cluster: aws.rds.Cluster, index: number): aws.rds.ClusterInstance {
  return new aws.rds.ClusterInstance(
    `ledger-${index}`,
    {
      identifier: `${stack.prefix}-ledger-${index}`,
      clusterIdentifier: cluster.id,
      engine,
      instanceClass: "db.serverless",
      applyImmediately: true,
      publiclyAccessible: false,
      // The first takes over first, and is scaled with the writer so that it can.
      promotionTier: Math.min(index, 15),
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
    },
    stack.stateful,
  );
}
