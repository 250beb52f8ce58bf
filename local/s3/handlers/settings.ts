import * as z from "zod";
import type { S3 } from "../create-s3";
import { readInputs } from "./read-inputs";
import type { Setting } from "./setting-handler";

/** What every one of these resources has beside its own: the bucket, and the owner, which is this account. */
const common = { bucket: z.string(), expectedBucketOwner: z.string().optional(), region: z.string().optional() };

const versioning = z.strictObject({
  ...common,
  versioningConfiguration: z.strictObject({
    status: z.enum(["Enabled", "Suspended", "Disabled"]),
    mfaDelete: z.literal("Disabled", "MFA delete is not implemented").optional(),
  }),
});

/** `aws:s3/bucketVersioning:BucketVersioning`. */
export const bucketVersioning = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { status } = readInputs(versioning, inputs, "BucketVersioning").versioningConfiguration;
    const former = s3.configurationOf(bucket).versioning;
    if (status !== "Disabled") await s3.setVersioning({ bucket, status });
    else if (former !== "Off") throw new Error(`versions of ${bucket} cannot be disabled any more; use "Suspended"`);
    return {};
  },
  async unset(bucket) {
    if (s3.configurationOf(bucket).versioning === "Enabled") await s3.setVersioning({ bucket, status: "Suspended" });
  },
});

const encryption = z.strictObject({
  ...common,
  rules: z.tuple([
    z.strictObject({
      applyServerSideEncryptionByDefault: z
        .strictObject({
          sseAlgorithm: z.enum(["AES256", "aws:kms"]),
          kmsMasterKeyId: z.string().optional(),
        })
        .optional(),
      bucketKeyEnabled: z.boolean().optional(),
      // Encryption with the client's own keys is not implemented, so it is blocked in any case.
      blockedEncryptionTypes: z.array(z.enum(["SSE-C", "NONE"])).optional(),
    }),
  ]),
});

/** `aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`. */
export const bucketEncryption = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const [rule] = readInputs(encryption, inputs, "BucketServerSideEncryptionConfiguration").rules;
    const { sseAlgorithm = "AES256", kmsMasterKeyId } = rule.applyServerSideEncryptionByDefault ?? {};
    const { bucketKeyEnabled } = rule;
    await s3.setEncryption({
      bucket,
      encryption: { algorithm: sseAlgorithm, kmsKeyId: kmsMasterKeyId || undefined, bucketKeyEnabled },
    });
    return {};
  },
  unset: (bucket) => s3.setEncryption({ bucket }),
});

const publicAccess = z.strictObject({
  ...common,
  blockPublicAcls: z.boolean().default(false),
  blockPublicPolicy: z.boolean().default(false),
  ignorePublicAcls: z.boolean().default(false),
  restrictPublicBuckets: z.boolean().default(false),
  skipDestroy: z.literal(false, "skipDestroy is not implemented").optional(),
});

/** `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock`. */
export const bucketPublicAccessBlock = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = readInputs(
      publicAccess,
      inputs,
      "BucketPublicAccessBlock",
    );
    const publicAccessBlock = { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets };
    await s3.setPublicAccessBlock({ bucket, publicAccessBlock });
    return publicAccessBlock;
  },
  unset: (bucket) => s3.setPublicAccessBlock({ bucket }),
});

const policy = z.strictObject({ ...common, policy: z.union([z.string(), z.record(z.string(), z.unknown())]) });

/** `aws:s3/bucketPolicy:BucketPolicy`. */
export const bucketPolicy = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { policy: given } = readInputs(policy, inputs, "BucketPolicy");
    const text = typeof given === "string" ? given : JSON.stringify(given);
    await s3.setPolicy({ bucket, policy: text });
    return { policy: text };
  },
  unset: (bucket) => s3.setPolicy({ bucket }),
});

const ownership = z.strictObject({
  ...common,
  rule: z.strictObject({
    objectOwnership: z.literal("BucketOwnerEnforced", "only BucketOwnerEnforced is implemented: there are no ACLs"),
  }),
});

/** `aws:s3/bucketOwnershipControls:BucketOwnershipControls`. */
export const bucketOwnershipControls = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { objectOwnership } = readInputs(ownership, inputs, "BucketOwnershipControls").rule;
    await s3.setOwnership({ bucket, objectOwnership });
    return {};
  },
  unset: (bucket) => s3.setOwnership({ bucket, objectOwnership: "BucketOwnerEnforced" }),
});

const lifecycle = z.strictObject({
  ...common,
  rules: z.array(z.looseObject({ id: z.string().min(1).max(255), status: z.enum(["Enabled", "Disabled"]) })).max(1_000),
  transitionDefaultMinimumObjectSize: z.string().default("all_storage_classes_128K"),
  timeouts: z.unknown().optional(),
});

/** `aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration`. Recorded: nothing here expires. */
export const bucketLifecycle = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { rules, transitionDefaultMinimumObjectSize } = readInputs(lifecycle, inputs, "BucketLifecycleConfiguration");
    await s3.setLifecycle({ bucket, rules });
    return { transitionDefaultMinimumObjectSize, expectedBucketOwner: "" };
  },
  unset: (bucket) => s3.setLifecycle({ bucket, rules: [] }),
});
