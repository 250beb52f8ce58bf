import * as aws from "@pulumi/aws";
import { type CustomResourceOptions, type Input, interpolate } from "@pulumi/pulumi";
import { policyDocument, type Statement } from "./policy-document";
import type { Stack } from "./stack";

export interface PrivateBucketArgs {
  bucketName: string;
  /** Where it is not the stack's; the options' provider is the one of that region. */
  region?: string;
  keyArn: Input<string>;
  /** What nobody may do besides, whatever a role allows. */
  denials: (bucket: aws.s3.Bucket) => Statement[];
  lifecycle: aws.types.input.s3.BucketLifecycleConfigurationRule[];
}

export interface PrivateBucket {
  bucket: aws.s3.Bucket;
  /** Without it, the bucket keeps no versions yet. */
  versioning: aws.s3.BucketVersioning;
}

/** A bucket that keeps versions, is encrypted with a key of ours, and is closed to the public and to calls without TLS. */
export function privateBucket(
  stack: Stack,
  name: string,
  { bucketName, region, keyArn, denials, lifecycle }: PrivateBucketArgs,
  options: CustomResourceOptions = {},
): PrivateBucket {
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: bucketName, region, forceDestroy: !stack.config.protect },
    { ...stack.stateful, ...options },
  );
  const id = { bucket: bucket.id };
  const versioning = new aws.s3.BucketVersioning(
    name,
    { ...id, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  new aws.s3.BucketOwnershipControls(name, { ...id, rule: { objectOwnership: "BucketOwnerEnforced" } }, options);
  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    name,
    { ...id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    options,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      ...id,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
          // One call to KMS for many objects instead of one for each.
          bucketKeyEnabled: true,
        },
      ],
    },
    options,
  );
  new aws.s3.BucketPolicy(
    name,
    { ...id, policy: policyDocument(onlyOverTls(bucket), ...denials(bucket)) },
    // S3 refuses two changes of access at once.
    { ...options, dependsOn: [publicAccess] },
  );
  new aws.s3.BucketLifecycleConfiguration(name, { ...id, rules: lifecycle }, { ...options, dependsOn: [versioning] });
  return { bucket, versioning };
}

function onlyOverTls(bucket: aws.s3.Bucket): Statement {
  return {
    Sid: "OnlyOverTls",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket.arn, interpolate`${bucket.arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
