import * as s3 from "@pulumi/aws/s3";
import type { StackValidationPolicy } from "@pulumi/policy";
import { type IamStatement, iamStatements } from "./iam-statements";
import { settingsOfBucket } from "./settings-of-bucket";

/** S3 answers without TLS unless the bucket's policy forbids it. */
export const bucketsTakeTlsOnly: StackValidationPolicy = {
  name: "buckets-take-tls-only",
  description: "Every bucket's policy denies calls without TLS, to everybody.",
  validateStack: ({ resources }, report) => {
    for (const bucket of resources.filter((resource) => resource.isType(s3.Bucket))) {
      const statements = settingsOfBucket(resources, bucket, s3.BucketPolicy).flatMap(({ policy }) =>
        iamStatements(policy),
      );
      if (!statements.some(deniesClearText)) {
        report(
          `the bucket ${bucket.name} takes calls without TLS; deny s3:* where aws:SecureTransport is false`,
          bucket.urn,
        );
      }
    }
  },
};

function deniesClearText({ effect, principals, actions, conditions }: IamStatement): boolean {
  return (
    effect === "Deny" &&
    principals.some((principal) => principal === "*" || principal === "AWS:*") &&
    actions.includes("s3:*") &&
    Object.keys(conditions).join() === "Bool" &&
    conditions.Bool?.["aws:SecureTransport"]?.join() === "false"
  );
}
