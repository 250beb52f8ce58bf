import type { ResourceHandlers } from "../program/handler";
import type { S3 } from "./create-s3";
import { bucketHandler } from "./handlers/bucket-handler";
import { bucketNotification } from "./handlers/bucket-notification";
import { bucketReplication } from "./handlers/bucket-replication";
import { settingHandler } from "./handlers/setting-handler";
import {
  bucketEncryption,
  bucketLifecycle,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketVersioning,
} from "./handlers/settings";

/** The handlers of S3's resources, by Pulumi type token (names of @pulumi/aws version 7). */
export const s3Handlers = (s3: S3): ResourceHandlers => ({
  "aws:s3/bucket:Bucket": bucketHandler(s3),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": settingHandler(s3, bucketLifecycle(s3)),
  "aws:s3/bucketNotification:BucketNotification": settingHandler(s3, bucketNotification(s3)),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": settingHandler(s3, bucketOwnershipControls(s3)),
  "aws:s3/bucketPolicy:BucketPolicy": settingHandler(s3, bucketPolicy(s3)),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": settingHandler(s3, bucketPublicAccessBlock(s3)),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": settingHandler(s3, bucketReplication(s3)),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": settingHandler(
    s3,
    bucketEncryption(s3),
  ),
  "aws:s3/bucketVersioning:BucketVersioning": settingHandler(s3, bucketVersioning(s3)),
});
