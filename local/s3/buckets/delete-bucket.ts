import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { deleteObject } from "../objects/delete-object";
import { S3Error } from "../s3-error";

/**
 * Deletes a bucket; with `forceDestroy` empties it first, version by version, as the AWS provider does.
 * Errors: NoSuchBucket, BucketNotEmpty.
 */
export async function deleteBucket(
  core: Core,
  caller: Caller,
  { bucket: name, forceDestroy = false }: { bucket: string; forceDestroy?: boolean },
): Promise<void> {
  const bucket = bucketOf(core, name);
  if (forceDestroy) {
    for (const { key, versionId } of [...bucket.allVersions()]) {
      await deleteObject(core, caller, { bucket: name, key, versionId });
    }
  }
  if (!bucket.isEmpty) {
    const message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
    throw new S3Error("BucketNotEmpty", 409, message, { fields: { BucketName: name } });
  }
  await core.store.commit({ type: "bucket-deleted", name });
}
