import type * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { keepsThreats } from "./malware-scan";
import type { Statement } from "./policy-document";
import { type PrivateBucket, privateBucket } from "./private-bucket";
import type { Stack } from "./stack";

/** Object keys under it are results of transforms on their way out. */
export const transformedPrefix = ".transformed/";

/** The bucket's name, known before the bucket is: topic and key policies name it. */
export const bucketName = (stack: Stack, region = stack.region) => `${stack.prefix}-${stack.accountId}-${region}`;

/**
 * The bucket that partners upload to and download from: versioned, because a delivery reads exactly the version that
 * was uploaded; private; encrypted with the data key. There is no condition on VPC endpoints in its policy: Transfer
 * Family reads and writes from the service's side, and would be shut out.
 */
export function bucket(stack: Stack, keys: Keys): PrivateBucket {
  return privateBucket(stack, "files", {
    bucketName: bucketName(stack),
    keyArn: keys.data.arn,
    denials: (files) => [...onlyOurKey(files, keys), ...keepsThreats(stack, files)],
    lifecycle: lifecycle(stack),
  });
}

/** Who asks for no encryption gets the bucket's default, which is ours; who asks for another is refused. */
function onlyOurKey(files: aws.s3.Bucket, keys: Keys): Statement[] {
  const refuse = (Sid: string, Condition: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: interpolate`${files.arn}/*`,
    Condition,
  });
  const asked = "s3:x-amz-server-side-encryption";
  return [
    refuse("OnlyOurKey", {
      StringNotEquals: { [`${asked}-aws-kms-key-id`]: keys.data.arn },
      Null: { [`${asked}-aws-kms-key-id`]: "false" },
    }),
    refuse("OnlyKeysOfKms", { StringNotEquals: { [asked]: "aws:kms" }, Null: { [asked]: "false" } }),
    refuse("NoKeyOfTheSender", { Null: { [`${asked}-customer-algorithm`]: "false" } }),
  ];
}

/** For how long files, their replaced versions and results of transforms are kept. */
export function lifecycle({ config }: Stack): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
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
