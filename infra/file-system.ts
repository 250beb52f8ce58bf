import * as aws from "@pulumi/aws";
import type { Output, Resource } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import type { Network } from "./network";
import { policyDocument, type Statement } from "./policy-document";
import { connect, type SecurityGroups, securityGroup } from "./security-groups";
import type { Stack } from "./stack";

export interface FileSystem {
  system: aws.efs.FileSystem;
  accessPoint: aws.efs.AccessPoint;
  /** Without these, it cannot be mounted. */
  reachable: Resource[];
}

const nfsPort = 2049;

/**
 * The file system that folders with `replicateToEfs` are copied to, for applications that read files from one. There is
 * one way in, the access point: whoever uses it is its user, and sees its folder as the root.
 */
export function fileSystem(stack: Stack, keys: Keys, network: Network, groups: SecurityGroups): FileSystem {
  const { config } = stack;
  const system = new aws.efs.FileSystem(
    "files",
    {
      creationToken: `${stack.prefix}-files`,
      encrypted: true,
      kmsKeyId: keys.data.arn,
      throughputMode: "elastic",
      // What nobody reads for a month costs a tenth, and comes back when somebody does.
      lifecyclePolicies: [{ transitionToIa: "AFTER_30_DAYS" }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
      tags: { Name: `${stack.prefix}-files` },
    },
    stack.stateful,
  );
  new aws.efs.BackupPolicy("files", {
    fileSystemId: system.id,
    backupPolicy: { status: config.efsBackup ? "ENABLED" : "DISABLED" },
  });
  const group = securityGroup(stack, network, "file-system", "The file system");
  const rules = connect({ "file-system": group, functions: groups.functions }, "functions", "file-system", nfsPort);
  for (const cidrIpv4 of config.efsReaderSources) {
    new aws.vpc.SecurityGroupIngressRule(`file-system-from-${cidrIpv4}`, {
      securityGroupId: group.id,
      description: "Applications that read files",
      ipProtocol: "tcp",
      fromPort: nfsPort,
      toPort: nfsPort,
      cidrIpv4,
    });
  }
  const mountTargets = mountTargetPerZone(stack, network, system, group);
  return { system, accessPoint: accessPoint(stack, system), reachable: [...mountTargets, ...rules] };
}

function mountTargetPerZone(
  stack: Stack,
  network: Network,
  system: aws.efs.FileSystem,
  group: aws.ec2.SecurityGroup,
): aws.efs.MountTarget[] {
  return network.subnets.isolated.map(
    (subnetId, index) =>
      new aws.efs.MountTarget(`files-${stack.zones[index]}`, {
        fileSystemId: system.id,
        subnetId,
        securityGroups: [group.id],
      }),
  );
}

function accessPoint({ prefix, config }: Stack, system: aws.efs.FileSystem): aws.efs.AccessPoint {
  const { efsUid: uid, efsGid: gid, efsPermissions: permissions } = config;
  return new aws.efs.AccessPoint("files", {
    fileSystemId: system.id,
    posixUser: { uid, gid },
    rootDirectory: { path: "/files", creationInfo: { ownerUid: uid, ownerGid: gid, permissions } },
    tags: { Name: `${prefix}-files` },
  });
}

/**
 * Who may mount it and how, whatever their own roles allow.
 * @param writer the role of the function that copies files; nobody else may write.
 */
export function fileSystemPolicy(
  { config }: Stack,
  { system, accessPoint }: FileSystem,
  writer: aws.iam.Role,
): aws.efs.FileSystemPolicy {
  const throughAccessPoint = { "elasticfilesystem:AccessPointArn": accessPoint.arn };
  const mounts = (Sid: string, roles: Output<string> | string[], Action: string[]): Statement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: roles },
    Action,
    Resource: system.arn,
    Condition: { StringEquals: throughAccessPoint },
  });
  const nobody = (Sid: string, Action: string[], Condition: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: system.arn,
    Condition,
  });
  const anyUse = [
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:ClientWrite",
    "elasticfilesystem:ClientRootAccess",
  ];
  const readers = config.efsReaderRoles;
  return new aws.efs.FileSystemPolicy("files", {
    fileSystemId: system.id,
    policy: policyDocument(
      mounts("ReplicateWrites", writer.arn, writes),
      ...(readers.length > 0 ? [mounts("ApplicationsRead", readers, ["elasticfilesystem:ClientMount"])] : []),
      nobody("OnlyOverTls", anyUse, { Bool: { "aws:SecureTransport": "false" } }),
      nobody("OnlyThroughTheAccessPoint", anyUse, { StringNotEquals: throughAccessPoint }),
      nobody("NobodyElse", anyUse, { ArnNotEquals: { "aws:PrincipalArn": [writer.arn, ...readers] } }),
      nobody("NobodyElseWrites", anyUse.slice(1), { ArnNotEquals: { "aws:PrincipalArn": writer.arn } }),
    ),
  });
}

/** What a function needs that writes to the file system. */
const writes = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];

/** The right to mount it and to write, through its access point only. */
export function writesFiles({ system, accessPoint }: FileSystem): Statement {
  return {
    // Lambda mounts in the function's name.
    Sid: "LambdaMounts",
    Effect: "Allow",
    Action: writes,
    Resource: system.arn,
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPoint.arn } },
  };
}
