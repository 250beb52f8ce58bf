import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { objectFailure } from "../../domain/delivery-failure";
import type { ObjectKey } from "../../domain/paths";
import type { ObjectVersion } from "../read-object";

/** The bucket, with what a placement needs of it. All throw {@link DeliveryFailure}. */
export interface ObjectStore {
  /** The current object under the key; null if there is none. */
  find(key: ObjectKey): Promise<{ size: number; delivery: string | null } | null>;
  /** Copies within the bucket, "taken" if `onlyIfNew` and the key is. The copy says which delivery it is of. */
  copy(
    source: ObjectVersion & { size: number },
    target: { objectKey: ObjectKey; delivery: string; onlyIfNew: boolean },
  ): Promise<"copied" | "taken">;
}

/** The metadata (`x-amz-meta-…`) that makes a copy recognisable after a crash. */
const deliveryMetadata = "quayside-delivery";

/** What one CopyObject may copy (S3 User Guide, "Copying objects"). */
const mostBytesAtOnce = 5 * 1024 ** 3;
/** 10,000 parts of this size are the 5 TB that an object may have. */
const partBytes = 512 * 1024 ** 2;
const partsAtOnce = 4;

interface Copy {
  source: ObjectVersion & { size: number };
  copySource: string;
  target: { objectKey: ObjectKey; delivery: string; onlyIfNew: boolean };
}

/** `limits` are those of S3 unless told. */
export function objectStore(
  s3: Pick<S3Client, "send">,
  bucket: string,
  limits = { mostBytesAtOnce, partBytes },
): ObjectStore {
  return {
    async find(key) {
      try {
        const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return { size: head.ContentLength ?? 0, delivery: head.Metadata?.[deliveryMetadata] ?? null };
      } catch (error) {
        if (error instanceof Error && ["NotFound", "NoSuchKey"].includes(error.name)) return null;
        throw objectFailure(error, `looking for ${key}`);
      }
    },
    async copy(source, target) {
      const copySource = `${bucket}/${encodeKey(source.objectKey)}?versionId=${encodeURIComponent(source.versionId)}`;
      const copy = { source, copySource, target };
      try {
        if (source.size <= limits.mostBytesAtOnce) await copyAtOnce(s3, bucket, copy);
        else await copyInParts(s3, bucket, copy, limits.partBytes);
        return "copied";
      } catch (error) {
        if (error instanceof Error && error.name === "PreconditionFailed" && target.onlyIfNew) return "taken";
        throw objectFailure(error, `copying ${source.objectKey} to ${target.objectKey}`);
      }
    },
  };
}

async function copyAtOnce(s3: Pick<S3Client, "send">, bucket: string, { source, copySource, target }: Copy) {
  await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: target.objectKey,
      CopySource: copySource,
      ...(await described(s3, bucket, source, target.delivery)),
      MetadataDirective: "REPLACE",
      // The original's tags are of that object (a malware scan's verdict), and copying them is a right of its own.
      TaggingDirective: "REPLACE",
      ...(target.onlyIfNew && { IfNoneMatch: "*" }),
    }),
  );
}

async function copyInParts(
  s3: Pick<S3Client, "send">,
  bucket: string,
  { source, copySource, target }: Copy,
  bytesPerPart: number,
) {
  const to = { Bucket: bucket, Key: target.objectKey };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...to, ...(await described(s3, bucket, source, target.delivery)) }),
  );
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    const count = Math.ceil(source.size / bytesPerPart);
    let next = 0;
    const copyNext = async () => {
      while (next < count) {
        const index = next++;
        const last = Math.min(source.size, (index + 1) * bytesPerPart) - 1;
        const { CopyPartResult } = await s3.send(
          new UploadPartCopyCommand({
            ...to,
            UploadId,
            PartNumber: index + 1,
            CopySource: copySource,
            CopySourceRange: `bytes=${index * bytesPerPart}-${last}`,
          }),
        );
        Parts[index] = { PartNumber: index + 1, ETag: CopyPartResult?.ETag };
      }
    };
    await Promise.all(Array.from({ length: partsAtOnce }, copyNext));
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...to,
        UploadId,
        MultipartUpload: { Parts },
        ...(target.onlyIfNew && { IfNoneMatch: "*" }),
      }),
    );
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => {});
    throw error;
  }
}

/** Replacing the metadata would lose the content type, so that is carried over; the publisher's metadata is not. */
async function described(s3: Pick<S3Client, "send">, bucket: string, source: ObjectVersion, delivery: string) {
  const { ContentType } = await s3.send(
    new HeadObjectCommand({ Bucket: bucket, Key: source.objectKey, VersionId: source.versionId }),
  );
  return { ContentType, Metadata: { [deliveryMetadata]: delivery } };
}

function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
