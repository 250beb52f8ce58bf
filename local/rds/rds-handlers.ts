import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { namedHandler } from "../program/named-handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { RdsService } from "./rds-service";

export function rdsHandlers(rds: RdsService): ResourceHandlers {
  return {
    "aws:rds/subnetGroup:SubnetGroup": recordedHandler(rds, "subgrp"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": recordedHandler(rds, "cluster-pg"),
    "aws:rds/cluster:Cluster": clusterHandler(rds),
    "aws:rds/clusterInstance:ClusterInstance": clusterInstanceHandler(rds),
  };
}

const notImplemented = z.undefined("is not implemented by the local RDS").optional();

const cluster = z.looseObject({
  clusterIdentifier: z.string().optional(),
  engine: z.literal("aurora-postgresql", "only aurora-postgresql has a local stand-in"),
  databaseName: z.string(),
  masterUsername: z.string(),
  manageMasterUserPassword: z.literal(true, "must be true: passwords belong into a secret"),
  iamDatabaseAuthenticationEnabled: z.literal(true, "must be true: that is how roles log in here"),
  masterUserSecretKmsKeyId: z.string().optional(),
  snapshotIdentifier: notImplemented,
  restoreToPointInTime: notImplemented,
  replicationSourceIdentifier: notImplemented,
  globalClusterIdentifier: notImplemented,
});

/** A running PostgreSQL. What is not about logging in (sizes, backups, protection) is recorded. */
function clusterHandler(rds: RdsService): ResourceHandler {
  const { region, accountId } = rds.account;
  const outputs = (identifier: string, inputs: Properties) => {
    const { host, port, resourceId, masterSecretArn } = rds.cluster(identifier);
    return {
      arn: `arn:aws:rds:${region}:${accountId}:cluster:${identifier}`,
      clusterIdentifier: identifier,
      clusterResourceId: resourceId,
      endpoint: host,
      readerEndpoint: host,
      port,
      engineVersionActual: inputs.engineVersion,
      masterUserSecrets: [
        { secretArn: masterSecretArn, secretStatus: "active", kmsKeyId: inputs.masterUserSecretKmsKeyId ?? "" },
      ],
    };
  };
  return {
    async create(inputs, resourceName) {
      const read = readInputs(cluster, inputs, resourceName);
      const identifier = read.clusterIdentifier ?? physicalName(resourceName);
      await rds.create({
        identifier,
        databaseName: read.databaseName,
        masterUsername: read.masterUsername,
        masterSecretKmsKeyId: read.masterUserSecretKmsKeyId,
      });
      return { id: identifier, outputs: outputs(identifier, inputs) };
    },
    replaceOn: ["clusterIdentifier", "databaseName", "masterUsername", "engine"],
    async update(id, inputs) {
      readInputs(cluster, inputs, id);
      return { outputs: outputs(id, inputs) };
    },
    delete: (id) => rds.remove(id),
  };
}

function clusterInstanceHandler(rds: RdsService): ResourceHandler {
  const { region, accountId } = rds.account;
  const outputs = (identifier: string, inputs: Properties) => {
    const { host, port } = rds.cluster(String(inputs.clusterIdentifier));
    return {
      identifier,
      arn: `arn:aws:rds:${region}:${accountId}:db:${identifier}`,
      dbiResourceId: `db-${identifier}`,
      endpoint: host,
      port,
      // One process stands for all instances, and writes.
      writer: true,
    };
  };
  return {
    async create(inputs, resourceName) {
      const identifier = typeof inputs.identifier === "string" ? inputs.identifier : physicalName(resourceName);
      return { id: identifier, outputs: outputs(identifier, inputs) };
    },
    replaceOn: ["identifier", "clusterIdentifier", "engine"],
    update: async (id, inputs) => ({ outputs: outputs(id, inputs) }),
    delete: async () => {},
  };
}

/** Nothing stands behind it: it has a name and an ARN. */
function recordedHandler({ account: { region, accountId } }: RdsService, kind: string): ResourceHandler {
  return namedHandler((name) => ({ name, arn: `arn:aws:rds:${region}:${accountId}:${kind}:${name}` }));
}
