import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { readInputs } from "../program/read-inputs";
import type { EfsService, FileSystem, MountTarget } from "./efs-service";

/** Elastic File System's resources, by Pulumi type token. */
export function efsHandlers(efs: EfsService): ResourceHandlers {
  return {
    "aws:efs/fileSystem:FileSystem": fileSystemHandler(efs),
    "aws:efs/mountTarget:MountTarget": mountTargetHandler(efs),
    "aws:efs/accessPoint:AccessPoint": accessPointHandler(efs),
    "aws:efs/backupPolicy:BackupPolicy": settingHandler(efs, backupPolicyInputs),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": settingHandler(efs, fileSystemPolicyInputs),
  };
}

const region = z.string().optional();
const tags = z.record(z.string(), z.string()).default({});

const fileSystemInputs = z.strictObject({
  creationToken: z.string().max(64).optional(),
  encrypted: z.boolean().default(false),
  kmsKeyId: z.string().startsWith("arn:", "kmsKeyId is a key's ARN").optional(),
  performanceMode: z.enum(["generalPurpose", "maxIO"]).default("generalPurpose"),
  throughputMode: z.enum(["bursting", "elastic"], "provisioned throughput is not implemented").default("bursting"),
  availabilityZoneName: z.string().optional(),
  // Recorded: nothing here grows old.
  lifecyclePolicies: z.array(z.record(z.string(), z.string())).optional(),
  protection: z.strictObject({ replicationOverwrite: z.enum(["ENABLED", "DISABLED"]).optional() }).optional(),
  tags,
  region,
});

/** Id: the file system's. */
function fileSystemHandler(efs: EfsService): ResourceHandler {
  const read = (inputs: Properties, name: string) => {
    const given = readInputs(fileSystemInputs, inputs, name);
    if (given.kmsKeyId && !given.encrypted) throw new Error(`${name}: kmsKeyId needs encrypted: true`);
    return given;
  };
  const outputs = ({ id, arn, mountTargets }: FileSystem, given: z.output<typeof fileSystemInputs>): Properties => ({
    arn,
    dnsName: dnsName(efs, id),
    creationToken: given.creationToken ?? id,
    encrypted: given.encrypted,
    performanceMode: given.performanceMode,
    throughputMode: given.throughputMode,
    name: given.tags.Name ?? "",
    numberOfMountTargets: mountTargets.size,
    ownerId: efs.account.accountId,
    region: efs.account.region,
    tagsAll: given.tags,
  });
  return {
    replaceOn: ["creationToken", "encrypted", "kmsKeyId", "performanceMode", "availabilityZoneName"],
    exists: (id) => efs.hasFileSystem(id),
    async create(inputs, name) {
      const given = read(inputs, name);
      const created = await efs.createFileSystem();
      return { id: created.id, outputs: outputs(created, given) };
    },
    async update(id, inputs) {
      return { outputs: outputs(efs.fileSystem(id), read(inputs, id)) };
    },
    delete: (id) => efs.deleteFileSystem(id),
  };
}

const mountTargetInputs = z.strictObject({
  fileSystemId: z.string(),
  subnetId: z.string(),
  securityGroups: z.array(z.string()).max(5).default([]),
  ipAddress: z.string().optional(),
  ipAddressType: z.literal("IPV4_ONLY", "only IPV4_ONLY has a local stand-in").default("IPV4_ONLY"),
  region,
});

/** Id: the mount target's. */
function mountTargetHandler(efs: EfsService): ResourceHandler {
  const outputs = ({ fileSystemId, securityGroups }: z.output<typeof mountTargetInputs>, target: MountTarget) => ({
    fileSystemArn: efs.fileSystem(fileSystemId).arn,
    dnsName: dnsName(efs, fileSystemId),
    mountTargetDnsName: dnsName(efs, fileSystemId),
    ipAddress: target.ipAddress,
    networkInterfaceId: target.networkInterfaceId,
    ownerId: efs.account.accountId,
    region: efs.account.region,
    securityGroups,
  });
  return {
    replaceOn: ["fileSystemId", "subnetId", "ipAddress", "ipAddressType"],
    async create(inputs, name) {
      const given = readInputs(mountTargetInputs, inputs, name);
      const target = efs.addMountTarget(given);
      return { id: target.id, outputs: outputs(given, target) };
    },
    async update(id, inputs) {
      const given = readInputs(mountTargetInputs, inputs, id);
      return { outputs: outputs(given, efs.mountTarget(given)) };
    },
    async delete(_id, { fileSystemId, subnetId }) {
      efs.removeMountTarget(String(fileSystemId), String(subnetId));
    },
  };
}

const posixId = z.number().int().min(0).max(4_294_967_295);

const accessPointInputs = z.strictObject({
  fileSystemId: z.string(),
  posixUser: z.strictObject({ uid: posixId, gid: posixId, secondaryGids: z.array(posixId).optional() }).optional(),
  rootDirectory: z
    .strictObject({
      path: z
        .string()
        .max(100)
        .regex(/^\/([^/]+(\/[^/]+){0,3})?$/, "a path is absolute, of at most four folders")
        .refine((path) => !/\/\.{1,2}(\/|$)/.test(path), "a path has no . or .. in it")
        .default("/"),
      creationInfo: z
        .strictObject({
          ownerUid: posixId,
          ownerGid: posixId,
          permissions: z.string().regex(/^[0-7]{3,4}$/, "permissions are octal, such as 0750"),
        })
        .optional(),
    })
    .default({ path: "/" }),
  tags,
  region,
});

/** Id: the access point's. Its folder and user never change: another one is another access point. */
function accessPointHandler(efs: EfsService): ResourceHandler {
  const outputs = (tagsAll: Record<string, string>) => ({
    ownerId: efs.account.accountId,
    region: efs.account.region,
    tagsAll,
  });
  return {
    replaceOn: ["fileSystemId", "posixUser", "rootDirectory"],
    async create(inputs, name) {
      const { fileSystemId, rootDirectory, tags } = readInputs(accessPointInputs, inputs, name);
      const { path, creationInfo } = rootDirectory;
      const { id, arn } = efs.createAccessPoint({
        ...{ fileSystemId, path },
        ...(creationInfo && {
          creation: {
            uid: creationInfo.ownerUid,
            gid: creationInfo.ownerGid,
            mode: Number.parseInt(creationInfo.permissions, 8),
          },
        }),
      });
      return { id, outputs: { arn, fileSystemArn: efs.fileSystem(fileSystemId).arn, ...outputs(tags) } };
    },
    async update(id, inputs) {
      const { fileSystemId, tags } = readInputs(accessPointInputs, inputs, id);
      const { arn } = efs.accessPoint(id);
      return { outputs: { arn, fileSystemArn: efs.fileSystem(fileSystemId).arn, ...outputs(tags) } };
    },
    async delete(id) {
      efs.deleteAccessPoint(id);
    },
  };
}

const backupPolicyInputs = z.strictObject({
  fileSystemId: z.string(),
  backupPolicy: z.strictObject({ status: z.enum(["ENABLED", "DISABLED"]) }),
  region,
});

const fileSystemPolicyInputs = z.strictObject({
  fileSystemId: z.string(),
  policy: z.string().max(20_000).refine(isPolicy, "policies must be valid JSON with a Statement"),
  bypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  region,
});

/** What a file system has one of: recorded, for nothing on this machine is backed up or asks before it mounts. Id: the file system's. */
function settingHandler(
  efs: EfsService,
  schema: typeof backupPolicyInputs | typeof fileSystemPolicyInputs,
): ResourceHandler {
  const set = (inputs: Properties, name: string) => {
    const { fileSystemId } = readInputs(schema as z.ZodType<{ fileSystemId: string }>, inputs, name);
    return { id: efs.fileSystem(fileSystemId).id, outputs: { region: efs.account.region } };
  };
  return {
    replaceOn: ["fileSystemId"],
    create: async (inputs, name) => set(inputs, name),
    update: async (id, inputs) => set(inputs, id),
    delete: async () => {},
  };
}

const dnsName = ({ account }: EfsService, id: string) => `${id}.efs.${account.region}.amazonaws.com`;

function isPolicy(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null && "Statement" in document;
  } catch {
    return false;
  }
}
