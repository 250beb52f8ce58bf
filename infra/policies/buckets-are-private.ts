import * as s3 from "@pulumi/aws/s3";
import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOfBucket } from "./settings-of-bucket";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/** The account may block public access as well; the stack does not rely on that. */
export const bucketsArePrivate: StackValidationPolicy = {
  name: "buckets-are-private",
  description: "Every bucket blocks public access in all four ways, and has no ACLs.",
  validateStack: ({ resources }, report) => {
    for (const bucket of resources.filter((resource) => resource.isType(s3.Bucket))) {
      const isBlocked = settingsOfBucket(resources, bucket, s3.BucketPublicAccessBlock).some((settings) =>
        blocks.every((block) => settings[block] === true),
      );
      if (!isBlocked) {
        report(
          `the bucket ${bucket.name} could be opened to the public; add a BucketPublicAccessBlock with all four`,
          bucket.urn,
        );
      }
      const isOwned = settingsOfBucket(resources, bucket, s3.BucketOwnershipControls).some(
        ({ rule }) => (rule as { objectOwnership?: string } | undefined)?.objectOwnership === "BucketOwnerEnforced",
      );
      if (!isOwned) {
        report(`the bucket ${bucket.name} has ACLs; add BucketOwnershipControls with BucketOwnerEnforced`, bucket.urn);
      }
    }
  },
};
