import type { NotificationConfiguration } from "../events/notification-configuration";
import type { ReplicationConfiguration } from "../replication/replication-configuration";
import type { MultipartUpload } from "./multipart-upload";
import type { ObjectVersion } from "./object-version";
import { SortedKeys } from "./sorted-keys";

export interface PublicAccessBlock {
  blockPublicAcls: boolean;
  blockPublicPolicy: boolean;
  ignorePublicAcls: boolean;
  restrictPublicBuckets: boolean;
}

export interface DefaultEncryption {
  algorithm: "AES256" | "aws:kms";
  /** A key's ARN, id or alias; absent with `aws:kms` for the key that AWS manages. */
  kmsKeyId?: string;
  bucketKeyEnabled?: boolean;
}

/** A bucket's sub-resources. Plain JSON. */
export interface BucketConfiguration {
  /** Absent: the account's own. */
  region?: string;
  versioning: "Off" | "Enabled" | "Suspended";
  encryption: DefaultEncryption;
  notification: NotificationConfiguration;
  replication?: ReplicationConfiguration;
  /** A policy document as JSON text. */
  policy?: string;
  publicAccessBlock?: PublicAccessBlock;
  objectOwnership: string;
  /** Recorded, not carried out: nothing expires here. */
  lifecycleRules: unknown[];
  tags: Record<string, string>;
}

export const defaultConfiguration = (): BucketConfiguration => ({
  versioning: "Off",
  encryption: { algorithm: "AES256" },
  notification: { topics: [], eventBridge: false },
  objectOwnership: "BucketOwnerEnforced",
  lifecycleRules: [],
  tags: {},
});

/** A bucket's index in memory. */
export class Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  configuration: BucketConfiguration;
  readonly uploads = new Map<string, MultipartUpload>();
  readonly keys = new SortedKeys();
  /** Oldest version first, so that the last is the current one. */
  readonly #versions = new Map<string, ObjectVersion[]>();

  constructor(name: string, createdAt: number, configuration: BucketConfiguration) {
    this.name = name;
    this.createdAt = createdAt;
    this.configuration = configuration;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** All versions of a key, oldest first. */
  versionsOf(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? [];
  }

  current(key: string): ObjectVersion | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  version(key: string, versionId: string): ObjectVersion | undefined {
    return this.#versions.get(key)?.findLast((version) => version.versionId === versionId);
  }

  /** Adds the current version of its key; returns the `null` version that it replaces. */
  add(version: ObjectVersion): ObjectVersion | undefined {
    const replaced = version.versionId === "null" ? this.remove(version.key, "null") : undefined;
    const versions = this.#versions.get(version.key);
    if (versions !== undefined) versions.push(version);
    else {
      this.#versions.set(version.key, [version]);
      this.keys.add(version.key);
    }
    return replaced;
  }

  remove(key: string, versionId: string): ObjectVersion | undefined {
    const versions = this.#versions.get(key) ?? [];
    const at = versions.findLastIndex((version) => version.versionId === versionId);
    if (at < 0) return undefined;
    const [removed] = versions.splice(at, 1);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.keys.delete(key);
    }
    return removed;
  }

  /** Every version of every key. */
  *allVersions(): Generator<ObjectVersion> {
    for (const versions of this.#versions.values()) yield* versions;
  }
}
