import { randomUUID } from "node:crypto";
import type { UploadEnd } from "../domain/events/upload-end";
import type { UploadedObject } from "../domain/events/uploaded-object";
import { objectKey } from "../domain/paths";

export const bucket = "files";

/** One upload as S3 announces it: to acme's `/claims`, a new version each time. */
export function uploaded(overrides: Partial<UploadedObject> = {}): UploadedObject {
  const versionId = randomUUID();
  return {
    bucket,
    objectKey: objectKey("acme/claims/a.json"),
    versionId,
    size: 1234,
    etag: `etag-of-${versionId}`,
    sequencer: "0055AED6DCD90281E5",
    uploadedAt: new Date("2026-06-03T17:11:06.500Z"),
    ...overrides,
  };
}

/** What Transfer Family says a second later of that upload. */
export function ended(
  upload: UploadedObject,
  outcome: UploadEnd["outcome"] = "completed",
  overrides: Partial<UploadEnd> = {},
): UploadEnd {
  const failed = outcome === "failed" ? { "failure-code": "PARTIAL_UPLOAD" } : {};
  return {
    eventId: randomUUID(),
    bucket: upload.bucket,
    objectKey: upload.objectKey,
    outcome,
    etag: outcome === "renamed" ? null : upload.etag,
    bytes: outcome === "renamed" ? null : upload.size,
    at: new Date(upload.uploadedAt.getTime() + 1000),
    detail: { protocol: "SFTP", ...failed },
    ...overrides,
  };
}

/** The upload as the body of a queue's message: the S3 event. */
export function s3EventBody(upload: UploadedObject): string {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-1",
    eventTime: upload.uploadedAt.toISOString(),
    eventName: "ObjectCreated:Put",
    userIdentity: { principalId: "AWS:AROAEXAMPLE:acme-login.0292f1e12f20d1a2@s-ccbbd58bb48140b09" },
    s3: {
      s3SchemaVersion: "1.0",
      bucket: { name: upload.bucket, arn: `arn:aws:s3:::${upload.bucket}` },
      object: {
        key: encodeURIComponent(upload.objectKey).replaceAll("%2F", "/").replaceAll("%20", "+"),
        size: upload.size,
        eTag: upload.etag,
        versionId: upload.versionId,
        sequencer: upload.sequencer,
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** The end of the upload as the body of a queue's message: the event of Transfer Family. */
export function transferEventBody(end: UploadEnd): string {
  const file = { completed: "Upload Completed", failed: "Upload Failed", renamed: "Rename Completed" }[end.outcome];
  const path = `/${end.bucket}/${end.objectKey}`;
  return JSON.stringify({
    version: "0",
    id: end.eventId,
    "detail-type": `SFTP Server File ${file}`,
    source: "aws.transfer",
    account: "000000000000",
    time: `${end.at.toISOString().slice(0, 19)}Z`,
    region: "eu-central-1",
    resources: ["arn:aws:transfer:eu-central-1:000000000000:server/s-ccbbd58bb48140b09"],
    detail: {
      ...end.detail,
      ...(end.outcome === "renamed" ? { "renamed-file-path": path } : { "file-path": path }),
      ...(end.etag !== null && { etag: end.etag }),
      ...(end.bytes !== null && { bytes: end.bytes }),
      "end-timestamp": end.at.toISOString(),
    },
  });
}
