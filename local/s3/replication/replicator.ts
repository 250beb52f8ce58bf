import { authorize, authorizeKey } from "../authorization";
import { type Caller, principalId } from "../caller";
import { bucketOf, type Core } from "../core";
import type { ObjectEvent } from "../events/object-event";
import { addVersion, type NewVersion } from "../objects/add-version";
import { encryptionFor } from "../objects/encryption";
import type { DefaultEncryption } from "../store/bucket";
import type { ObjectVersion } from "../store/object-version";
import { type ReplicationRule, replicationRule } from "./replication-configuration";

/**
 * Copies new versions and delete markers to where the buckets' configurations want them: with their version ids,
 * metadata and tags, as the configured role. What is deleted for good stays in the copy, as on AWS.
 */
export class Replicator {
  readonly #core: Core;
  /** The end of each bucket's queue: copies are made in the order of their originals. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Resolves when the event's version, if it is to be copied, is copied. Rejects where the role may not. */
  async replicate({ name, bucket, key, versionId }: ObjectEvent): Promise<void> {
    const isNew = name.startsWith("ObjectCreated:") || name === "ObjectRemoved:DeleteMarkerCreated";
    if (!isNew || versionId === undefined) return;
    const last = this.#last.get(bucket) ?? Promise.resolve();
    const copied = last.then(() => this.#copy(bucket, key, versionId));
    const done = copied.catch(() => {});
    this.#last.set(bucket, done);
    await copied;
    if (this.#last.get(bucket) === done) this.#last.delete(bucket);
  }

  async #copy(bucketName: string, key: string, versionId: string): Promise<void> {
    const bucket = this.#core.store.catalogue.buckets.get(bucketName);
    const version = bucket?.version(key, versionId);
    const { replication } = bucket?.configuration ?? {};
    const rule = version && replication && replicationRule(replication, version);
    // Deleted since, or not to be copied.
    if (!rule) return;
    const principal = { roleArn: replication.roleArn, sessionName: "s3-replication" };
    const caller = { principal, principalId: principalId(principal), sourceAddress: "127.0.0.1" };
    await this.#mayCopy(caller, bucketName, version, rule);
    const { destination } = rule;
    await addVersion(this.#core, caller, {
      bucket: destination.bucket,
      version: await this.#replicaOf(version, destination),
      event: version.deleteMarker ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectCreated:Put",
    });
  }

  /** Source: S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted objects". */
  async #mayCopy(caller: Caller, bucket: string, version: ObjectVersion, { destination }: ReplicationRule) {
    const core = this.#core;
    const { key, deleteMarker, encryption, properties } = version;
    const there = { bucket: destination.bucket, key };
    if (deleteMarker) return authorize(core, caller, { action: "s3:ReplicateDelete", ...there });
    const here = { bucket, key };
    await authorize(core, caller, { action: "s3:GetObjectVersionForReplication", ...here });
    await authorize(core, caller, { action: "s3:GetObjectVersionAcl", ...here });
    await authorizeKey(core, caller, "kms:Decrypt", { ...here, encryption });
    await authorize(core, caller, { action: "s3:ReplicateObject", ...there });
    if (Object.keys(properties.tags).length > 0) {
      await authorize(core, caller, { action: "s3:GetObjectVersionTagging", ...here });
      await authorize(core, caller, { action: "s3:ReplicateTags", ...there });
    }
    const target = encryptionFor(core, bucketOf(core, destination.bucket), requested(destination));
    await authorizeKey(core, caller, "kms:GenerateDataKey", { ...there, encryption: target });
  }

  async #replicaOf(version: ObjectVersion, destination: ReplicationRule["destination"]): Promise<NewVersion> {
    const { key, versionId, etag, md5, size, segments, properties, checksum, deleteMarker } = version;
    const blobs = this.#core.store.blobs;
    const encryption = encryptionFor(this.#core, bucketOf(this.#core, destination.bucket), requested(destination));
    // One after the other: an original may have 10,000 parts.
    const copied: ObjectVersion["segments"] = [];
    for (const segment of segments) copied.push(await blobs.duplicate(segment));
    return {
      ...{ key, etag, size, md5, checksum, deleteMarker, segments: copied, replicaOf: { versionId } },
      properties: { ...properties, storageClass: destination.storageClass ?? properties.storageClass },
      ...(!deleteMarker && { encryption }),
    };
  }
}

const requested = ({ kmsKeyArn }: ReplicationRule["destination"]): DefaultEncryption | undefined =>
  kmsKeyArn === undefined ? undefined : { algorithm: "aws:kms", kmsKeyId: kmsKeyArn };
