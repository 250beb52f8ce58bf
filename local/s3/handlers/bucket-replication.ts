import * as z from "zod";
import type { S3 } from "../create-s3";
import type { ReplicationRule } from "../replication/replication-configuration";
import { readInputs } from "./read-inputs";
import type { Setting } from "./setting-handler";

const status = z.strictObject({ status: z.enum(["Enabled", "Disabled"]) });
const tags = z.record(z.string(), z.string());

const rule = z.strictObject({
  id: z.string().max(255).optional(),
  status: z.enum(["Enabled", "Disabled"]),
  priority: z.number().int().min(0).default(0),
  prefix: z.never("a rule has a filter, not a prefix of its own").optional(),
  // An empty filter is every object; without one, the rule would be of the first version of S3's format.
  filter: z.strictObject({
    prefix: z.string().optional(),
    tag: z.strictObject({ key: z.string(), value: z.string() }).optional(),
    and: z.strictObject({ prefix: z.string().optional(), tags: tags.optional() }).optional(),
  }),
  // S3 refuses a rule with a filter that does not say.
  deleteMarkerReplication: status,
  existingObjectReplication: z.never("existing objects are for S3 Batch Replication").optional(),
  sourceSelectionCriteria: z
    .strictObject({
      sseKmsEncryptedObjects: status.optional(),
      replicaModifications: z.never("replica modifications are not implemented").optional(),
    })
    .optional(),
  destination: z.strictObject({
    bucket: z.string().regex(/^arn:aws:s3:::[a-z0-9.-]+$/, "a destination is a bucket's ARN"),
    account: z.never("copies stay in this account").optional(),
    accessControlTranslation: z.never("copies stay in this account").optional(),
    storageClass: z.string().optional(),
    encryptionConfiguration: z.strictObject({ replicaKmsKeyId: z.string().startsWith("arn:") }).optional(),
    metrics: z.unknown().optional(),
    replicationTime: z.unknown().optional(),
  }),
});

const schema = z.strictObject({
  bucket: z.string(),
  role: z.string().startsWith("arn:"),
  rules: z
    .array(rule)
    .min(1)
    .max(1_000)
    .check(({ value, issues }) => {
      for (const message of mistakes(value)) issues.push({ code: "custom", message, input: value });
    }),
  token: z.never("token is not implemented").optional(),
  region: z.string().optional(),
});

/** `aws:s3/bucketReplicationConfig:BucketReplicationConfig`. */
export const bucketReplication = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { role, rules } = readInputs(schema, inputs, "BucketReplicationConfig");
    await s3.setReplication({ bucket, replication: { roleArn: role, rules: rules.map(readRule) } });
    return {};
  },
  unset: (bucket) => s3.setReplication({ bucket }),
});

function readRule(
  {
    id,
    status,
    priority,
    filter,
    deleteMarkerReplication,
    sourceSelectionCriteria,
    destination,
  }: z.output<typeof rule>,
  index: number,
): ReplicationRule {
  const { bucket, storageClass, encryptionConfiguration } = destination;
  return {
    id: id ?? `rule-${index + 1}`,
    enabled: status === "Enabled",
    priority,
    prefix: filter.and?.prefix ?? filter.prefix ?? "",
    tags: { ...filter.and?.tags, ...(filter.tag && { [filter.tag.key]: filter.tag.value }) },
    deleteMarkers: deleteMarkerReplication.status === "Enabled",
    kmsEncrypted: sourceSelectionCriteria?.sseKmsEncryptedObjects?.status === "Enabled",
    destination: {
      bucket: bucket.slice("arn:aws:s3:::".length),
      ...(encryptionConfiguration && { kmsKeyArn: encryptionConfiguration.replicaKmsKeyId }),
      ...(storageClass && { storageClass }),
    },
  };
}

/** What S3 refuses of rules that are right one by one. */
function mistakes(rules: readonly z.output<typeof rule>[]): string[] {
  const priorities = rules.map(({ priority }) => priority);
  const wrong: [boolean, string][] = [
    [new Set(priorities).size < rules.length, "two rules have the same priority"],
    [
      rules.some(
        ({ sourceSelectionCriteria, destination }) =>
          sourceSelectionCriteria?.sseKmsEncryptedObjects?.status === "Enabled" &&
          destination.encryptionConfiguration === undefined,
      ),
      "sseKmsEncryptedObjects needs destination.encryptionConfiguration",
    ],
    [
      rules.some(
        ({ filter, deleteMarkerReplication }) =>
          (filter.tag || filter.and?.tags) && deleteMarkerReplication.status === "Enabled",
      ),
      "delete markers have no tags: a rule with a tag filter cannot copy them",
    ],
  ];
  return wrong.filter(([is]) => is).map(([, message]) => message);
}
