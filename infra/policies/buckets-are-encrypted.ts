import * as s3 from "@pulumi/aws/s3";
import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOfBucket } from "./settings-of-bucket";

interface Rule {
  applyServerSideEncryptionByDefault?: { sseAlgorithm?: string; kmsMasterKeyId?: string };
}

/** A bucket's encryption is a resource of its own, so this rule looks at the stack. */
export const bucketsAreEncrypted: StackValidationPolicy = {
  name: "buckets-are-encrypted",
  description: "Every bucket encrypts with a customer-managed key unless told otherwise.",
  validateStack: ({ resources }, report) => {
    for (const bucket of resources.filter((resource) => resource.isType(s3.Bucket))) {
      const isEncrypted = settingsOfBucket(resources, bucket, s3.BucketServerSideEncryptionConfiguration).some(
        ({ rules }) =>
          (rules as Rule[] | undefined)?.some(({ applyServerSideEncryptionByDefault: rule }) =>
            Boolean(rule?.sseAlgorithm?.startsWith("aws:kms") && rule.kmsMasterKeyId),
          ),
      );
      if (!isEncrypted) {
        report(
          `the bucket ${bucket.name} does not encrypt with a key of the account's own; add a BucketServerSideEncryptionConfiguration`,
          bucket.urn,
        );
      }
    }
  },
};
