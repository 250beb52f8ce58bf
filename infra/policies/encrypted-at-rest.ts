import * as backup from "@pulumi/aws/backup";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ecr from "@pulumi/aws/ecr";
import * as efs from "@pulumi/aws/efs";
import * as kms from "@pulumi/aws/kms";
import * as rds from "@pulumi/aws/rds";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as sns from "@pulumi/aws/sns";
import * as sqs from "@pulumi/aws/sqs";
import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";

const key = (value: unknown) => typeof value === "string" && value !== "" && !value.startsWith("alias/aws/");
const owned = "a key of the account's own, so that who can read is decided by its policy";

/** Whatever keeps data is encrypted with a customer-managed key, and these keys rotate. */
export const encryptedAtRest: ResourceValidationPolicy = {
  name: "encrypted-at-rest",
  description: "Queues, topics, logs, secrets, databases, file systems, images and backups use a customer-managed key.",
  validateResource: [
    validateResourceOfType(sqs.Queue, ({ kmsMasterKeyId }, _args, report) => {
      if (!key(kmsMasterKeyId)) report(`the queue has no kmsMasterKeyId; give it ${owned}`);
    }),
    validateResourceOfType(sns.Topic, ({ kmsMasterKeyId }, _args, report) => {
      if (!key(kmsMasterKeyId)) report(`the topic has no kmsMasterKeyId; give it ${owned}`);
    }),
    validateResourceOfType(cloudwatch.LogGroup, ({ kmsKeyId }, _args, report) => {
      if (!key(kmsKeyId)) report(`the log group has no kmsKeyId; give it ${owned}`);
    }),
    validateResourceOfType(secretsmanager.Secret, ({ kmsKeyId }, _args, report) => {
      if (!key(kmsKeyId)) report(`the secret has no kmsKeyId; give it ${owned}`);
    }),
    validateResourceOfType(rds.Cluster, ({ storageEncrypted, kmsKeyId }, _args, report) => {
      if (storageEncrypted !== true || !key(kmsKeyId)) {
        report(`the database's storage is not encrypted; set storageEncrypted, and kmsKeyId to ${owned}`);
      }
    }),
    validateResourceOfType(efs.FileSystem, ({ encrypted, kmsKeyId }, _args, report) => {
      if (encrypted !== true || !key(kmsKeyId)) {
        report(`the file system is not encrypted; set encrypted, and kmsKeyId to ${owned}`);
      }
    }),
    validateResourceOfType(ecr.Repository, ({ encryptionConfigurations }, _args, report) => {
      const isOwned = encryptionConfigurations?.some(
        ({ encryptionType, kmsKey }) => encryptionType === "KMS" && key(kmsKey),
      );
      if (!isOwned) report(`the repository's images are not encrypted with KMS; name ${owned}`);
    }),
    validateResourceOfType(backup.Vault, ({ kmsKeyArn }, _args, report) => {
      if (!key(kmsKeyArn)) report(`the backup vault has no kmsKeyArn; give it ${owned}`);
    }),
    validateResourceOfType(kms.Key, ({ enableKeyRotation }, _args, report) => {
      if (enableKeyRotation !== true) report("the key does not rotate; set enableKeyRotation");
    }),
  ],
};
