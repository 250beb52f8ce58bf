import { runtime } from "@pulumi/pulumi";
import * as z from "zod";
import { suggestion } from "../domain/nearest";
import { temporaryNameForm, temporaryNames } from "../domain/temporary-names";

/** The namespace of every key below: the project's name in Pulumi.yaml. */
const namespace = "quayside";

/** Configuration values arrive as text; whatever is not a string is JSON. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "expected JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
const number = (schema: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, "expected a number")
    .transform(Number)
    .pipe(schema);
const integer = (least: number, most: number) => number(z.number().int().min(least).max(most));
const flag = z.stringbool({ truthy: ["true"], falsy: ["false"] });
/** The empty text stands for "none", because a key that Pulumi.yaml declares must have a value. */
const textOrNone = (schema: z.ZodType<string>) => z.union([z.literal(""), schema]);

/** Capacity of Aurora Serverless v2, in steps of half a unit; a unit is about 2 GiB of memory. */
const capacity = number(z.number().min(0.5).max(256).multipleOf(0.5));
const hostname = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "expected a host name");
const cidr = z.string().regex(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, "expected an IPv4 block such as 10.40.0.0/16");
/** Not 0: nobody who mounts the file system is its root. */
const posixId = integer(1, 2 ** 32 - 1);
/** CloudWatch accepts no other retention, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * What a stack may decide. Pulumi.yaml describes each key for people and gives the same defaults (a test compares
 * them); here they are parsed and checked.
 */
const shape = {
  partners: z.string().min(1).default("partners"),
  protect: flag.default(true),
  alarmEmail: textOrNone(z.email()).default(""),
  permissionsBoundary: textOrNone(z.string().startsWith("arn:")).default(""),

  hostname: textOrNone(hostname).default(""),
  hostedZoneId: textOrNone(z.string().regex(/^Z[A-Z0-9]+$/, "expected the id of a hosted zone")).default(""),
  protocols: json(z.array(z.enum(["SFTP", "FTPS", "FTP"])).min(1)).default(["SFTP"]),
  partnerEndpointAccess: z.enum(["internet", "vpc"]).default("internet"),
  partnerEndpointSources: json(z.array(cidr)).default([]),
  ftpsCertificateArn: textOrNone(z.string().startsWith("arn:")).default(""),
  securityPolicy: z.string().startsWith("TransferSecurityPolicy-").default("TransferSecurityPolicy-2025-03"),
  manageApiGatewayAccount: flag.default(true),

  internalEndpoint: flag.default(false),
  internalHostname: textOrNone(hostname).default(""),
  internalEndpointSources: json(z.array(cidr)).default([]),
  internalHostKey: textOrNone(
    // Transfer Family's limit, in characters (API shape HostKey).
    z.string().max(4096).startsWith("-----BEGIN ", "expected a private key, whole, without a passphrase"),
  ).default(""),

  efs: flag.default(false),
  efsUid: posixId.default(1000),
  efsGid: posixId.default(1000),
  efsPermissions: z
    .string()
    .regex(/^0?[0-7]{3}$/, "expected an octal mode such as 0750")
    .default("0750"),
  efsMirrorDeletions: flag.default(false),
  efsBackup: flag.default(true),
  efsReaderRoles: json(
    z.array(z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/, "expected the ARN of a role")),
  ).default([]),
  efsReaderSources: json(z.array(cidr)).default([]),

  scan: z.enum(["none", "guardduty"]).default("none"),
  replicaRegion: textOrNone(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "expected a region such as eu-west-1")).default(
    "",
  ),

  vpcCidr: cidr.default("10.40.0.0/16"),
  availabilityZones: integer(2, 3).default(2),
  egress: z.enum(["nat", "none"]).default("none"),

  databaseEngineVersion: z
    .string()
    .regex(/^\d+(\.\d+)?$/, "expected 17 or 17.5")
    .default("17"),
  databaseInstances: integer(1, 15).default(1),
  databaseMinCapacity: capacity.default(0.5),
  databaseMaxCapacity: capacity.default(4),
  databaseBackupRetentionDays: integer(1, 35).default(7),

  logRetentionDays: integer(1, 3653)
    .refine((days) => logRetentions.includes(days), `expected one of ${logRetentions.join(", ")}`)
    .default(30),
  fileRetentionDays: integer(0, 36500).default(0),
  replacedFileRetentionDays: integer(1, 36500).default(90),
  transformedFileRetentionDays: integer(1, 36500).default(30),
  secretRecoveryDays: integer(0, 30)
    .refine((days) => days === 0 || days >= 7, "expected 0, or 7 to 30")
    .default(7),

  unconfirmedUploads: z.enum(["hold", "route"]).default("hold"),
  unconfirmedAfterSeconds: integer(60, 604800).default(900),
  ignoredNames: json(
    z.array(z.string().regex(temporaryNameForm, 'expected endings of file names such as "*.part", "*_tmp" or "*~"')),
  ).default([...temporaryNames]),

  routeConcurrency: integer(2, 1000).default(10),
  replicateConcurrency: integer(2, 1000).default(10),
  batchMaxVcpus: integer(1, 10000).default(16),
};

const stackConfig = z.object(shape);
export type StackConfig = z.infer<typeof stackConfig>;
export type Protocol = StackConfig["protocols"][number];

/** Every key's default, for the comparison with Pulumi.yaml. */
export const defaultConfig = (): StackConfig => stackConfig.parse({});

/**
 * The stack's configuration, checked.
 * @throws one error that lists everything that is wrong.
 */
export function readConfig(): StackConfig {
  const given = Object.entries(runtime.allConfig() as Record<string, string>)
    .filter(([key]) => key.startsWith(`${namespace}:`))
    .map(([key, value]) => [key.slice(namespace.length + 1), value] as const);
  const unknown = given
    .filter(([key]) => !(key in shape))
    .map(([key]) => `unknown key; ${suggestion(key, Object.keys(shape))}`.replace(/^/, `${namespace}:${key}: `));
  const parsed = stackConfig.safeParse(Object.fromEntries(given));
  const wrong = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map(({ path, message }) => `${namespace}:${path.join(".")}: ${message}`);
  if (!parsed.success || unknown.length + wrong.length > 0) {
    throw new Error(
      `the stack's configuration is wrong:\n${[...unknown, ...wrong].map((line) => `  ${line}`).join("\n")}`,
    );
  }
  return parsed.data;
}

/** What each value allows, and all of them together do not. */
function contradictions(config: StackConfig): string[] {
  const found: [wrong: boolean, text: string][] = [
    [
      config.hostname !== "" && config.hostedZoneId === "",
      "hostname: needs hostedZoneId, the Route 53 zone that gets its record",
    ],
    [config.hostname === "" && config.hostedZoneId !== "", "hostedZoneId: has no use without hostname"],
    [
      config.protocols.includes("FTP") && config.partnerEndpointAccess === "internet",
      'protocols: FTP is unencrypted and only possible with partnerEndpointAccess "vpc"',
    ],
    [
      config.protocols.includes("FTPS") && config.ftpsCertificateArn === "" && config.hostname === "",
      "protocols: FTPS needs a certificate; set ftpsCertificateArn, or hostname and hostedZoneId to have one issued",
    ],
    [
      config.internalHostname !== "" && !config.internalEndpoint,
      "internalHostname: has no use without internalEndpoint",
    ],
    [config.internalHostKey !== "" && !config.internalEndpoint, "internalHostKey: has no use without internalEndpoint"],
    [
      config.internalEndpointSources.length > 0 && !config.internalEndpoint,
      "internalEndpointSources: has no use without internalEndpoint",
    ],
    [
      config.efsReaderRoles.length + config.efsReaderSources.length > 0 && !config.efs,
      "efsReaderRoles, efsReaderSources: have no use without efs",
    ],
    [
      config.efsReaderRoles.length > 0 !== config.efsReaderSources.length > 0,
      "efsReaderRoles, efsReaderSources: applications need both, a role that may read and a network that it comes from",
    ],
    [new Set(config.protocols).size < config.protocols.length, "protocols: names a protocol twice"],
    [
      config.databaseMinCapacity > config.databaseMaxCapacity,
      `databaseMinCapacity: ${config.databaseMinCapacity} is more than databaseMaxCapacity, ${config.databaseMaxCapacity}`,
    ],
    [
      !/\/(1[6-9]|2[0-2])$/.test(config.vpcCidr),
      `vpcCidr: ${config.vpcCidr} cannot be split into subnets of a useful size; use a block of /16 to /22`,
    ],
  ];
  return found.filter(([wrong]) => wrong).map(([, text]) => `${namespace}:${text}`);
}
