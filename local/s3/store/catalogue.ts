import { Bucket } from "./bucket";
import type { CatalogueEntry } from "./catalogue-entry";
import type { MultipartUpload } from "./multipart-upload";
import type { ObjectVersion } from "./object-version";

type Entry<T extends CatalogueEntry["type"]> = Extract<CatalogueEntry, { type: T }>;

/** Everything S3 knows, in memory. It changes by `apply` alone, so that a journal of entries restores it. */
export class Catalogue {
  readonly buckets = new Map<string, Bucket>();

  /** Applies one change; returns the blobs that nothing refers to any more. */
  apply(entry: CatalogueEntry): string[] {
    switch (entry.type) {
      case "bucket-created":
        this.buckets.set(entry.name, new Bucket(entry.name, entry.createdAt, entry.configuration));
        return [];
      case "bucket-configured":
        this.#bucket(entry.name).configuration = entry.configuration;
        return [];
      case "bucket-deleted":
        return this.#deleteBucket(entry.name);
      case "version-added":
        return this.#addVersion(entry);
      case "version-removed":
        return blobsOf(this.#bucket(entry.bucket).remove(entry.key, entry.versionId));
      case "version-tagged":
        return this.#tagVersion(entry);
      case "upload-created":
        this.#bucket(entry.bucket).uploads.set(entry.upload.uploadId, { ...entry.upload, parts: new Map() });
        return [];
      case "part-added":
        return this.#addPart(entry);
      case "upload-aborted":
        return this.#endUpload(entry.bucket, entry.uploadId);
    }
  }

  /** The shortest list of entries that restores this catalogue. */
  *snapshot(): Generator<CatalogueEntry> {
    for (const bucket of this.buckets.values()) {
      const { name, createdAt, configuration } = bucket;
      yield { type: "bucket-created", name, createdAt, configuration };
      for (const version of bucket.allVersions()) yield { type: "version-added", bucket: name, version };
      for (const { parts, ...upload } of bucket.uploads.values()) {
        yield { type: "upload-created", bucket: name, upload };
        for (const part of parts.values()) yield { type: "part-added", bucket: name, uploadId: upload.uploadId, part };
      }
    }
  }

  #deleteBucket(name: string): string[] {
    const { uploads, isEmpty } = this.#bucket(name);
    if (!isEmpty) throw new Error(`bucket ${name} is not empty`);
    this.buckets.delete(name);
    return [...uploads.values()].flatMap(partBlobs);
  }

  #addVersion({ bucket: name, version, completes }: Entry<"version-added">): string[] {
    const bucket = this.#bucket(name);
    const freed = blobsOf(bucket.add(version));
    if (completes === undefined) return freed;
    const kept = new Set(blobsOf(version));
    return [...freed, ...this.#endUpload(name, completes).filter((blob) => !kept.has(blob))];
  }

  #tagVersion({ bucket, key, versionId, tags }: Entry<"version-tagged">): string[] {
    const version = this.#bucket(bucket).version(key, versionId);
    if (version !== undefined) version.properties = { ...version.properties, tags };
    return [];
  }

  #addPart({ bucket, uploadId, part }: Entry<"part-added">): string[] {
    const upload = this.#bucket(bucket).uploads.get(uploadId);
    const replaced = upload?.parts.get(part.number);
    upload?.parts.set(part.number, part);
    return replaced === undefined ? [] : [replaced.segment.blob];
  }

  #endUpload(bucketName: string, uploadId: string): string[] {
    const { uploads } = this.#bucket(bucketName);
    const upload = uploads.get(uploadId);
    uploads.delete(uploadId);
    return upload === undefined ? [] : partBlobs(upload);
  }

  #bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new Error(`the catalogue has no bucket ${name}`);
    return bucket;
  }

  /** Every blob that a version or a part refers to. */
  blobs(): Set<string> {
    const blobs = new Set<string>();
    for (const bucket of this.buckets.values()) {
      for (const version of bucket.allVersions()) for (const blob of blobsOf(version)) blobs.add(blob);
      for (const upload of bucket.uploads.values()) for (const blob of partBlobs(upload)) blobs.add(blob);
    }
    return blobs;
  }
}

const blobsOf = (version: ObjectVersion | undefined) => (version?.segments ?? []).map(({ blob }) => blob);

const partBlobs = (upload: MultipartUpload) => [...upload.parts.values()].map(({ segment }) => segment.blob);
