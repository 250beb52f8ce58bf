import { createHash, randomBytes } from "node:crypto";
import type { AwsAccount } from "../../aws-endpoint/account";
import { bucketArn } from "../core";
import { formEncode } from "../form-encode";
import type { ObjectEvent } from "./object-event";

/** One element of `Records` in an S3 event message. Source: S3 User Guide, notification-content-structure. */
export interface EventRecord {
  eventVersion: string;
  eventSource: "aws:s3";
  awsRegion: string;
  eventTime: string;
  eventName: string;
  userIdentity: { principalId: string };
  requestParameters: { sourceIPAddress: string };
  responseElements: { "x-amz-request-id": string; "x-amz-id-2": string };
  s3: {
    s3SchemaVersion: "1.0";
    configurationId: string;
    bucket: { name: string; ownerIdentity: { principalId: string }; arn: string };
    object: { key: string; size?: number; eTag?: string; versionId?: string; sequencer?: string };
  };
}

/** The record of an event for one notification configuration. Properties that do not apply are left out. */
export function eventRecord(
  event: ObjectEvent,
  configurationId: string,
  { region, accountId }: AwsAccount,
): EventRecord {
  const { name, bucket, key, size, etag, versionId, sequencer, caller } = event;
  const tagging = name.startsWith("ObjectTagging:");
  return {
    eventVersion: tagging ? "2.3" : "2.1",
    eventSource: "aws:s3",
    awsRegion: region,
    eventTime: event.time.toISOString(),
    eventName: name,
    userIdentity: { principalId: `AWS:${caller.principalId.replace(/^AWS:/, "")}` },
    requestParameters: { sourceIPAddress: caller.sourceAddress },
    responseElements: {
      "x-amz-request-id": caller.requestId ?? randomBytes(8).toString("hex").toUpperCase(),
      "x-amz-id-2": randomBytes(48).toString("base64"),
    },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: { name: bucket, ownerIdentity: { principalId: ownerId(accountId) }, arn: bucketArn(bucket) },
      object: {
        key: formEncode(key),
        ...(size !== undefined && { size }),
        ...(etag !== undefined && { eTag: etag }),
        ...(versionId !== undefined && { versionId }),
        ...(!tagging && { sequencer }),
      },
    },
  };
}

/** The customer id of an account as S3's events name the owner: `A` and 13 characters. */
const ownerId = (accountId: string) =>
  `A${createHash("sha256").update(accountId).digest("hex").slice(0, 13).toUpperCase()}`;
