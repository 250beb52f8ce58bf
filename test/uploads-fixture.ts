import { randomUUID } from "node:crypto";
import type { RemovedObject } from "../domain/events/removed-object";
import { type ScanResult, scanResultType } from "../domain/events/scan-result";
import type { UploadEnd } from "../domain/events/upload-end";
import type { UploadedObject } from "../domain/events/uploaded-object";
import type { Settling } from "../domain/ledger/transfers/settling";
import { objectKey } from "../domain/paths";
import type { ScanStatus } from "../domain/scan-status";

export const bucket = "files";

/** A stack that neither scans nor replicates. */
export const plainStack: Settling = { scan: "none", replicate: null };

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
    isFromClient: true,
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
    startedAt: null,
    at: new Date(upload.uploadedAt.getTime() + 1000),
    detail: { protocol: "SFTP", ...failed },
    ...overrides,
  };
}

/** What GuardDuty says two seconds later of that upload. */
export function scanned(
  { bucket, objectKey, versionId, uploadedAt }: UploadedObject,
  status: ScanStatus = "NO_THREATS_FOUND",
): ScanResult {
  const threats = status === "THREATS_FOUND" ? ["EICAR-Test-File"] : [];
  return {
    ...{ eventId: randomUUID(), bucket, objectKey, versionId, status, threats },
    at: new Date(uploadedAt.getTime() + 2000),
  };
}

/** What S3 says a minute later, when that upload is deleted; in a bucket with versions, a marker is put over it. */
export function removed(upload: UploadedObject, overrides: Partial<RemovedObject> = {}): RemovedObject {
  return {
    bucket: upload.bucket,
    objectKey: upload.objectKey,
    what: "object",
    versionId: randomUUID(),
    sequencer: `${upload.sequencer}F`,
    removedAt: new Date(upload.uploadedAt.getTime() + 60_000),
    ...overrides,
  };
}

/** The upload as the body of a queue's message: the S3 event. */
export function s3EventBody(upload: UploadedObject): string {
  const { size, etag: eTag, versionId, sequencer, isFromClient } = upload;
  const object = { size, eTag, versionId, sequencer };
  return s3Body("ObjectCreated:Put", upload, upload.uploadedAt, object, isFromClient ? client : ourselves);
}

/** The removal as the body of a queue's message. */
export function removalBody(removal: RemovedObject): string {
  const { versionId, sequencer } = removal;
  const event = removal.what === "object" ? "DeleteMarkerCreated" : "Delete";
  return s3Body(`ObjectRemoved:${event}`, removal, removal.removedAt, { versionId, sequencer });
}

const client = "AWS:AROAEXAMPLE:acme-login.0292f1e12f20d1a2@s-ccbbd58bb48140b09";
const ourselves = "AWS:AROAEXAMPLE:1a2b3c4d5e6f";

function s3Body(
  eventName: string,
  { bucket, objectKey }: { bucket: string; objectKey: string },
  time: Date,
  object: Record<string, unknown>,
  principalId = client,
): string {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-1",
    eventTime: time.toISOString(),
    eventName,
    userIdentity: { principalId },
    s3: {
      s3SchemaVersion: "1.0",
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: { key: encodeURIComponent(objectKey).replaceAll("%2F", "/").replaceAll("%20", "+"), ...object },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/**
 * The scan as the body of a queue's message: the event of GuardDuty. Its fields are those that public handlers of it
 * read, such as communitiesuk/prsdb-webapp.
 */
export function scanEventBody({ eventId, bucket, objectKey, versionId, status, threats, at }: ScanResult): string {
  return JSON.stringify({
    version: "0",
    id: eventId,
    "detail-type": scanResultType,
    source: "aws.guardduty",
    account: "000000000000",
    time: `${at.toISOString().slice(0, 19)}Z`,
    region: "eu-central-1",
    resources: ["arn:aws:guardduty:eu-central-1:000000000000:malware-protection-plan/b4c7f464ab3a4EXAMPLE"],
    detail: {
      schemaVersion: "1.0",
      scanStatus: "COMPLETED",
      resourceType: "S3_OBJECT",
      s3ObjectDetails: { bucketName: bucket, objectKey, eTag: "an-etag", versionId, s3Throttled: false },
      scanResultDetails: {
        scanResultStatus: status,
        threats: threats.length === 0 ? null : threats.map((name) => ({ name })),
      },
    },
  });
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
      ...(end.startedAt !== null && { "start-timestamp": end.startedAt.toISOString() }),
      "end-timestamp": end.at.toISOString(),
    },
  });
}
