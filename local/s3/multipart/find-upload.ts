import { bucketOf, type Core } from "../core";
import { noSuchUpload } from "../s3-error";
import type { MultipartUpload } from "../store/multipart-upload";

export interface UploadAddress {
  bucket: string;
  key: string;
  uploadId: string;
}

/** An upload under way; throws NoSuchUpload if there is none of that id for that key. */
export function findUpload(core: Core, { bucket, key, uploadId }: UploadAddress): MultipartUpload {
  const upload = bucketOf(core, bucket).uploads.get(uploadId);
  if (upload === undefined || upload.key !== key) throw noSuchUpload(uploadId);
  return upload;
}
