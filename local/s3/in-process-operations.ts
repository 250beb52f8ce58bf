import {
  setEncryption,
  setLifecycle,
  setNotification,
  setOwnership,
  setPolicy,
  setPublicAccessBlock,
  setReplication,
  setTags,
  setVersioning,
} from "./buckets/configure-bucket";
import { createBucket } from "./buckets/create-bucket";
import { deleteBucket } from "./buckets/delete-bucket";
import { listObjectVersions } from "./listing/list-object-versions";
import { listObjects } from "./listing/list-objects";
import { abortMultipartUpload } from "./multipart/abort-multipart-upload";
import { completeMultipartUpload } from "./multipart/complete-multipart-upload";
import { createMultipartUpload } from "./multipart/create-multipart-upload";
import { listMultipartUploads } from "./multipart/list-multipart-uploads";
import { listParts } from "./multipart/list-parts";
import { uploadPart } from "./multipart/upload-part";
import { uploadPartCopy } from "./multipart/upload-part-copy";
import { copyObject } from "./objects/copy-object";
import { deleteObject } from "./objects/delete-object";
import { deleteObjects } from "./objects/delete-objects";
import { getObject } from "./objects/get-object";
import { headObject } from "./objects/head-object";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./objects/object-tagging";
import { putObject } from "./objects/put-object";

/**
 * What resource handlers and the other stand-ins may do without HTTP. Those on a bucket itself take their input alone;
 * those on objects take the caller first, whose principal is held to its permissions and whose id the events name.
 */
export const operations = {
  createBucket,
  deleteBucket,
  setEncryption,
  setLifecycle,
  setNotification,
  setOwnership,
  setPolicy,
  setPublicAccessBlock,
  setReplication,
  setTags,
  setVersioning,
  abortMultipartUpload,
  completeMultipartUpload,
  copyObject,
  createMultipartUpload,
  deleteObject,
  deleteObjectTagging,
  deleteObjects,
  getObject,
  getObjectTagging,
  headObject,
  listMultipartUploads,
  listObjectVersions,
  listObjects,
  listParts,
  putObject,
  putObjectTagging,
  uploadPart,
  uploadPartCopy,
};
