import type { BucketConfiguration } from "./bucket";
import type { MultipartUpload, UploadedPart } from "./multipart-upload";
import type { ObjectVersion } from "./object-version";

/** One change of the catalogue; also one line of the journal, so plain JSON. */
export type CatalogueEntry =
  | { type: "bucket-created"; name: string; createdAt: number; configuration: BucketConfiguration }
  | { type: "bucket-configured"; name: string; configuration: BucketConfiguration }
  | { type: "bucket-deleted"; name: string }
  /** `completes` ends a multipart upload in the same step, so that no crash can leave both or neither. */
  | { type: "version-added"; bucket: string; version: ObjectVersion; completes?: string }
  | { type: "version-removed"; bucket: string; key: string; versionId: string }
  | { type: "version-tagged"; bucket: string; key: string; versionId: string; tags: Record<string, string> }
  | { type: "upload-created"; bucket: string; upload: Omit<MultipartUpload, "parts"> }
  | { type: "part-added"; bucket: string; uploadId: string; part: UploadedPart }
  | { type: "upload-aborted"; bucket: string; uploadId: string };
