import type { AwsAccount } from "../aws-endpoint/account";
import type { Clock } from "../clock";
import type { Authorize } from "./authorization";
import type { Notifier } from "./events/notifier";
import { noSuchBucket } from "./s3-error";
import type { Bucket } from "./store/bucket";
import type { Store } from "./store/store";

/** What every operation of S3 works on. */
export interface Core extends AwsAccount {
  store: Store;
  notifier: Notifier;
  /** Absent: each caller brings its own, or may do everything. */
  authorize?: Authorize;
  clock: Pick<Clock, "now">;
  /** The next sequencer: hexadecimal, larger than all before. */
  nextSequencer: () => string;
}

export function bucketOf(core: Core, name: string): Bucket {
  const bucket = core.store.catalogue.buckets.get(name);
  if (bucket === undefined) throw noSuchBucket(name);
  return bucket;
}

export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;

export const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;
