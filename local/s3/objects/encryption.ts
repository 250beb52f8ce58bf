import type { Core } from "../core";
import type { Bucket, DefaultEncryption } from "../store/bucket";
import type { Encryption } from "../store/object-version";

/** How an object will be encrypted: as the request says, else by the bucket's default. */
export function encryptionFor(core: Core, bucket: Bucket, requested?: DefaultEncryption): Encryption {
  const chosen = requested ?? bucket.configuration.encryption;
  if (chosen.algorithm === "AES256") return { algorithm: "AES256" };
  const bucketKey = chosen.bucketKeyEnabled ?? bucket.configuration.encryption.bucketKeyEnabled;
  return { algorithm: "aws:kms", keyArn: chosen.kmsKeyId && keyArn(core, chosen.kmsKeyId), bucketKey };
}

/** The ARN of a key given by ARN, id or alias. */
function keyArn({ region, accountId }: Core, id: string): string {
  if (id.startsWith("arn:")) return id;
  return `arn:aws:kms:${region}:${accountId}:${id.startsWith("alias/") ? id : `key/${id}`}`;
}
