import { bucketOf, type Core } from "../core";
import { checkNotificationConfiguration, type NotificationConfiguration } from "../events/notification-configuration";
import type { ReplicationConfiguration } from "../replication/replication-configuration";
import { S3Error } from "../s3-error";
import type { BucketConfiguration, DefaultEncryption, PublicAccessBlock } from "../store/bucket";

/** Turns versions on, or off for what is written from now on; what has versions keeps them. */
export function setVersioning(
  core: Core,
  { bucket, status }: { bucket: string; status: "Enabled" | "Suspended" },
): Promise<void> {
  return configure(core, bucket, { versioning: status });
}

/** Sets the default encryption; without `encryption`, S3's own (AES256). */
export function setEncryption(
  core: Core,
  { bucket, encryption }: { bucket: string; encryption?: DefaultEncryption },
): Promise<void> {
  return configure(core, bucket, { encryption: encryption ?? { algorithm: "AES256" } });
}

/**
 * Sets where events go, after sending each topic its test event. Errors: InvalidArgument for events that do not exist,
 * rules that overlap and topics that refuse the test event; NotImplemented for events that never happen here.
 */
export async function setNotification(
  core: Core,
  { bucket, notification }: { bucket: string; notification: NotificationConfiguration },
): Promise<void> {
  bucketOf(core, bucket);
  checkNotificationConfiguration(notification);
  await core.notifier.validate(bucket, notification);
  await configure(core, bucket, { notification });
}

/**
 * Sets where new versions are copied to; without `replication`, nowhere. Errors: InvalidRequest where this bucket or a
 * destination keeps no versions.
 */
export async function setReplication(
  core: Core,
  { bucket, replication }: { bucket: string; replication?: ReplicationConfiguration },
): Promise<void> {
  const buckets = replication ? [bucket, ...replication.rules.map((rule) => rule.destination.bucket)] : [];
  for (const name of buckets) {
    if (bucketOf(core, name).configuration.versioning === "Enabled") continue;
    throw new S3Error("InvalidRequest", 400, `Versioning must be 'Enabled' on the bucket ${name} for replication`);
  }
  await configure(core, bucket, { replication });
}

/** Sets the bucket policy (a JSON document); without `policy` removes it. Errors: MalformedPolicy. */
export async function setPolicy(core: Core, { bucket, policy }: { bucket: string; policy?: string }): Promise<void> {
  if (policy !== undefined) checkPolicy(policy);
  await configure(core, bucket, { policy });
}

/** Sets which public access is blocked; without `publicAccessBlock` removes the block. */
export function setPublicAccessBlock(
  core: Core,
  { bucket, publicAccessBlock }: { bucket: string; publicAccessBlock?: PublicAccessBlock },
): Promise<void> {
  return configure(core, bucket, { publicAccessBlock });
}

/** Records lifecycle rules; nothing here expires. */
export function setLifecycle(core: Core, { bucket, rules }: { bucket: string; rules: unknown[] }): Promise<void> {
  return configure(core, bucket, { lifecycleRules: rules });
}

export function setOwnership(
  core: Core,
  { bucket, objectOwnership }: { bucket: string; objectOwnership: string },
): Promise<void> {
  return configure(core, bucket, { objectOwnership });
}

export function setTags(core: Core, { bucket, tags }: { bucket: string; tags: Record<string, string> }): Promise<void> {
  return configure(core, bucket, { tags });
}

async function configure(core: Core, name: string, change: Partial<BucketConfiguration>): Promise<void> {
  const configuration = { ...bucketOf(core, name).configuration, ...change };
  await core.store.commit({ type: "bucket-configured", name, configuration });
}

function checkPolicy(policy: string): void {
  try {
    const document: unknown = JSON.parse(policy);
    if (typeof document === "object" && document !== null && "Statement" in document) return;
  } catch {
    // No JSON: refused below.
  }
  throw new S3Error("MalformedPolicy", 400, "Policies must be valid JSON with a Statement");
}
