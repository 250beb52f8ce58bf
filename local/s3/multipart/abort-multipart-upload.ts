import { authorize } from "../authorization";
import type { Caller } from "../caller";
import type { Core } from "../core";
import { findUpload, type UploadAddress } from "./find-upload";

/** Ends an upload and deletes its parts. Errors: NoSuchUpload, AccessDenied. */
export async function abortMultipartUpload(core: Core, caller: Caller, address: UploadAddress): Promise<void> {
  const { bucket, key, uploadId } = address;
  findUpload(core, address);
  await authorize(core, caller, { action: "s3:AbortMultipartUpload", bucket, key });
  findUpload(core, address);
  await core.store.commit({ type: "upload-aborted", bucket, uploadId });
}
