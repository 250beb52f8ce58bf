import type { Core } from "../core";
import { S3Error } from "../s3-error";
import { defaultConfiguration } from "../store/bucket";
import { checkBucketName } from "./bucket-name";

/** Creates a bucket. Errors: InvalidBucketName, BucketAlreadyOwnedByYou. */
export async function createBucket(
  core: Core,
  { bucket: name, tags = {}, region }: { bucket: string; tags?: Record<string, string>; region?: string },
): Promise<void> {
  checkBucketName(name);
  if (core.store.catalogue.buckets.has(name)) {
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new S3Error("BucketAlreadyOwnedByYou", 409, message, { fields: { BucketName: name } });
  }
  const configuration = { ...defaultConfiguration(), tags, ...(region && { region }) };
  await core.store.commit({ type: "bucket-created", name, createdAt: core.clock.now().getTime(), configuration });
}
