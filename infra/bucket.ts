import * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { policyDocument } from "./policy-document";
import type { Stack } from "./stack";

/** Object keys under it are results of transforms on their way out. */
export const transformedPrefix = ".transformed/";

/** The bucket's name, known before the bucket is: topic and key policies name it. */
export const bucketName = (stack: Stack) => `${stack.prefix}-${stack.accountId}-${stack.region}`;

/**
 * The bucket that partners upload to and download from: versioned, because a delivery reads exactly the version that
 * was uploaded; private; encrypted with the data key.
 */
export function bucket(stack: Stack, keys: Keys): aws.s3.Bucket {
  const files = new aws.s3.Bucket(
    "files",
    { bucket: bucketName(stack), forceDestroy: !stack.config.protect },
    stack.stateful,
  );
  const id = { bucket: files.id };
  const versioning = new aws.s3.BucketVersioning("files", {
    ...id,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketOwnershipControls("files", { ...id, rule: { objectOwnership: "BucketOwnerEnforced" } });
  const publicAccess = new aws.s3.BucketPublicAccessBlock("files", {
    ...id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketServerSideEncryptionConfiguration("files", {
    ...id,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keys.data.arn },
        // One call to KMS for many objects instead of one for each.
        bucketKeyEnabled: true,
      },
    ],
  });
  // S3 refuses two changes of access at once.
  new aws.s3.BucketPolicy("files", { ...id, policy: bucketPolicy(files, keys) }, { dependsOn: [publicAccess] });
  new aws.s3.BucketLifecycleConfiguration("files", { ...id, rules: lifecycle(stack) }, { dependsOn: [versioning] });
  return files;
}

/**
 * What nobody may do, whatever a role allows. There is no condition on VPC endpoints: Transfer Family reads and
 * writes from the service's side, and would be shut out.
 */
function bucketPolicy(files: aws.s3.Bucket, keys: Keys) {
  return policyDocument(
    {
      Sid: "OnlyOverTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [files.arn, interpolate`${files.arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "OnlyOurKey",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: interpolate`${files.arn}/*`,
      Condition: {
        // Who names no key gets the bucket's default, which is ours.
        StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keys.data.arn },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      },
    },
  );
}

function lifecycle({ config }: Stack): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
  return [
    {
      id: "replaced-and-deleted-files",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: config.replacedFileRetentionDays },
      // Uploads that broke off leave parts behind, which nobody sees and everybody pays for.
      abortIncompleteMultipartUpload: { daysAfterInitiation: 3 },
      expiration:
        config.fileRetentionDays > 0 ? { days: config.fileRetentionDays } : { expiredObjectDeleteMarker: true },
    },
    {
      id: "transformed-files",
      status: "Enabled",
      filter: { prefix: transformedPrefix },
      expiration: { days: config.transformedFileRetentionDays },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    },
  ];
}
