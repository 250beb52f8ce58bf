import type { Input } from "@pulumi/pulumi";
import { alarms } from "./alarms";
import { authorize } from "./authorize";
import { bucket } from "./bucket";
import { readConfig } from "./config";
import { database } from "./database";
import { encryption } from "./encryption";
import { endpoints } from "./endpoints";
import { fileSystem } from "./file-system";
import { internalEndpoint } from "./internal-endpoint";
import { jobImage } from "./job-image";
import { jobs } from "./jobs";
import { loginApi } from "./login-api";
import { malwareScan } from "./malware-scan";
import { migrate } from "./migrate";
import { network } from "./network";
import { notifications } from "./notifications";
import { partnerEndpoint } from "./partner-endpoint";
import { partners, pushPorts, readPartners } from "./partners";
import { reconcile } from "./reconcile";
import { replica } from "./replica";
import { replicate } from "./replicate";
import { route } from "./route";
import { securityGroups } from "./security-groups";
import { describeStack } from "./stack";
import { sweep } from "./sweep";
import { transferRole } from "./transfer-role";
import { uploadEnds, uploadEvents } from "./upload-events";
import { userPool } from "./user-pool";

/**
 * The program. Pulumi's runner calls it once; on one machine it runs again whenever a partner's file changes, so
 * nothing here or below is remembered between two runs.
 * @param built where `npm run build` puts functions and jobs, relative to the working directory.
 */
async function quayside(built = "dist"): Promise<Record<string, Input<unknown>>> {
  const config = readConfig();
  const declared = await readPartners(config.partners);
  const stack = await describeStack(config, built);

  // What everything stands on.
  const keys = encryption(stack);
  const net = network(stack);
  const groups = securityGroups(stack, net, pushPorts(declared));
  const privateFiles = bucket(stack, keys);
  const { bucket: files } = privateFiles;
  const ledger = database(stack, keys, net, groups);
  const waysToAws = endpoints(stack, net, groups, files);
  const platform = { keys, network: net, groups, ready: [...waysToAws, ...groups.rules, ...net.routing] };
  const migrations = migrate(stack, platform, ledger);
  // New code never meets the old schema. The old code meets the new one for a moment (docs/deploy.md).
  const migrated = { ...platform, ready: [...platform.ready, migrations] };

  // From an upload to its deliveries.
  const news = notifications(stack, keys);
  const image = jobImage(stack, keys);
  const work = jobs(stack, {
    ...{ keys, network: net, groups, database: ledger, migrations, files },
    ...{ notifications: news, image },
  });
  const events = uploadEvents(stack, keys, files);
  const copies = config.efs
    ? replicate(stack, migrated, { database: ledger, files, fileSystem: fileSystem(stack, keys, net, groups) })
    : undefined;
  const router = { database: ledger, files, jobs: work, notifications: news, replication: copies?.topic };
  const routes = route(stack, migrated, router, events);
  const sweeps = sweep(stack, migrated, router);
  if (config.scan === "guardduty") malwareScan(stack, keys, privateFiles, events);
  const farCopies = config.replicaRegion === "" ? undefined : replica(stack, keys, privateFiles);

  // Logins.
  const passwords = userPool(stack);
  // The server's id is not known yet, and AWS does not say whether users of an identity provider count as the server's.
  const sources = ["user/*", "server/*"].map((resource) => stack.arn("transfer", resource));
  const sessionRole = transferRole(stack, keys, files, "transfer-session", sources);
  const authorizes = authorize(stack, migrated, { database: ledger, passwords, files, sessionRole });
  const api = loginApi(stack, keys, authorizes);
  const endpoint = partnerEndpoint(stack, keys, net, api);
  const internal = config.internalEndpoint ? internalEndpoint(stack, keys, net, files) : undefined;
  uploadEnds(stack, events, [endpoint.server.id, ...(internal ? [internal.server.id] : [])]);

  // Partners.
  const reconciles = reconcile(stack, migrated, { database: ledger, files, passwords });
  partners(
    stack,
    {
      userPoolId: passwords.pool.id,
      keyArn: keys.data.arn,
      notificationTopicArn: news.arn,
      reconcile: reconciles.function.name,
      migrations,
      internalLogins: internal && {
        serverId: internal.server.id,
        roleArn: internal.sessionRole.arn,
        bucket: files.bucket,
        keyArn: keys.data.arn,
        temporaryNames: config.ignoredNames,
      },
    },
    declared,
  );

  const operations = alarms(stack, keys, {
    events,
    replication: copies,
    functions: { authorize: authorizes, route: routes, sweep: sweeps, reconcile: reconciles },
    jobs: work,
    database: ledger,
    files,
  });

  return {
    hostname: endpoint.hostname,
    hostKeyFingerprint: endpoint.server.hostKeyFingerprint,
    serverId: endpoint.server.id,
    endpointAddresses: endpoint.addresses,
    natAddresses: net.natAddresses,
    ...(internal && {
      internalHostname: internal.hostname,
      internalHostKeyFingerprint: internal.server.hostKeyFingerprint,
      internalServerId: internal.server.id,
    }),
    bucket: files.bucket,
    ...(farCopies && { replicaBucket: farCopies.bucket }),
    ...(copies && {
      fileSystemId: copies.fileSystem.system.id,
      fileSystemAccessPointId: copies.fileSystem.accessPoint.id,
    }),
    userPoolId: passwords.pool.id,
    databaseEndpoint: ledger.cluster.endpoint,
    databaseName: ledger.cluster.databaseName,
    jobQueue: work.queue.name,
    notificationTopic: news.arn,
    operationsTopic: operations.arn,
  };
}

export = quayside;
