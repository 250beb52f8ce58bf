import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";

/** What cannot be made again as it was: data, keys, logs, and the addresses and host keys that partners rely on. */
const stateful = new Set([
  "aws:s3/bucket:Bucket",
  "aws:rds/cluster:Cluster",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:kms/key:Key",
  "aws:cognito/userPool:UserPool",
  "aws:transfer/server:Server",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:efs/fileSystem:FileSystem",
  "aws:backup/vault:Vault",
  "aws:ec2/eip:Eip",
]);

/** What AWS itself would still delete, by type. */
const unprotected: Record<string, (props: ResourceValidationArgs["props"]) => string | false> = {
  "aws:s3/bucket:Bucket": ({ forceDestroy }) => forceDestroy === true && "forceDestroy deletes its files with it",
  "aws:rds/cluster:Cluster": ({ deletionProtection, skipFinalSnapshot }) =>
    (deletionProtection !== true && "set deletionProtection") ||
    (skipFinalSnapshot === true && "skipFinalSnapshot leaves nothing to restore from"),
  "aws:cognito/userPool:UserPool": ({ deletionProtection }) =>
    deletionProtection !== "ACTIVE" && "set deletionProtection to ACTIVE",
  "aws:kms/key:Key": ({ deletionWindowInDays }) =>
    Number(deletionWindowInDays ?? 30) < 30 && "set deletionWindowInDays to 30",
  "aws:secretsmanager/secret:Secret": ({ recoveryWindowInDays }) =>
    Number(recoveryWindowInDays ?? 30) < 7 && "set recoveryWindowInDays to 7 or more",
};

/** In the stacks that partners use, no slip of the pen deletes what cannot be made again. */
export const protectedState: ResourceValidationPolicy = {
  name: "protected-state",
  description: "What holds state is protected from deletion in production.",
  configSchema: {
    properties: { stacks: { type: "array", items: { type: "string" }, default: ["prod"] } },
  },
  validateResource: (args, report) => {
    const stack = args.urn.split("::")[0]?.split(":").at(-1) ?? "";
    if (!args.getConfig<{ stacks: string[] }>().stacks.includes(stack)) return;
    if (stateful.has(args.type) && !args.opts.protect)
      report("it is not protected; create it with the stack's `stateful` options");
    const reason = unprotected[args.type]?.(args.props);
    if (reason) report(reason);
  },
};
