import * as aws from "@pulumi/aws";
import { Config, interpolate } from "@pulumi/pulumi";
import { bucketName, lifecycle } from "./bucket";
import { customerKey, type Keys, useKey } from "./encryption";
import { keepsThreats } from "./malware-scan";
import { allow, policyDocument } from "./policy-document";
import { type PrivateBucket, privateBucket } from "./private-bucket";
import { serviceRole } from "./service-role";
import type { Stack } from "./stack";

/**
 * A copy of the bucket in another region, for disasters: every version, deletions as markers. S3 copies what comes in
 * after this was switched on; what was there before is for S3 Batch Replication.
 */
export function replica(stack: Stack, keys: Keys, files: PrivateBucket): aws.s3.Bucket {
  const { replicaRegion } = stack.config;
  const there = { provider: providerOf(replicaRegion) };
  const key = customerKey(stack, "replica", `Copies of objects of ${stack.region}`, [], there);
  const copies = privateBucket(
    stack,
    "replica",
    {
      bucketName: bucketName(stack, replicaRegion),
      region: replicaRegion,
      keyArn: key.arn,
      denials: (bucket) => keepsThreats(stack, bucket),
      // Expiry is not copied, so the copy expires by itself.
      lifecycle: lifecycle(stack),
    },
    there,
  );
  const { role, policy } = replicationRole(stack, keys, files.bucket, { bucket: copies.bucket, key });
  new aws.s3.BucketReplicationConfig(
    "files",
    {
      bucket: files.bucket.id,
      role: role.arn,
      rules: [
        {
          id: "everything",
          status: "Enabled",
          priority: 1,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Enabled" },
          // Without it, encrypted objects are skipped, which is all of ours.
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: copies.bucket.arn,
            encryptionConfiguration: { replicaKmsKeyId: key.arn },
          },
        },
      ],
    },
    { dependsOn: [files.versioning, copies.versioning, policy] },
  );
  return copies.bucket;
}

/** As the stack's own provider, from which an explicit one inherits nothing, in another region. */
function providerOf(region: string): aws.Provider {
  const own = new Config("aws");
  return new aws.Provider("replica", {
    region,
    profile: own.get("profile"),
    assumeRoles: own.getObject("assumeRoles"),
    allowedAccountIds: own.getObject("allowedAccountIds"),
    defaultTags: own.getObject("defaultTags"),
  });
}

/** S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted objects". */
function replicationRole(
  stack: Stack,
  keys: Keys,
  files: aws.s3.Bucket,
  copies: { bucket: aws.s3.Bucket; key: aws.kms.Key },
) {
  const name = "bucket-replication";
  const role = serviceRole(stack, name, { service: "s3.amazonaws.com" });
  const policy = new aws.iam.RolePolicy(name, {
    role: role.name,
    policy: policyDocument(
      allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], files.arn),
      allow(
        ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        interpolate`${files.arn}/*`,
      ),
      useKey(stack, keys.data.arn, "s3", ["kms:Decrypt"]),
      allow(["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], interpolate`${copies.bucket.arn}/*`),
      allow(["kms:Encrypt", "kms:GenerateDataKey"], copies.key.arn, {
        StringEquals: { "kms:ViaService": `s3.${stack.config.replicaRegion}.amazonaws.com` },
      }),
    ),
  });
  return { role, policy };
}
