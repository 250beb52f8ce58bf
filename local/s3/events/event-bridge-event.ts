import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../../aws-endpoint/account";
import { bucketArn } from "../core";
import type { EventName, ObjectEvent } from "./object-event";

/** An event as S3 sends it to the default bus. Source: S3 User Guide, ev-events. Keys are not encoded here. */
export interface EventBridgeEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: "aws.s3";
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

const kinds: Record<EventName, { type: string; detail: Record<string, string> }> = {
  "ObjectCreated:Put": { type: "Object Created", detail: { reason: "PutObject" } },
  "ObjectCreated:Copy": { type: "Object Created", detail: { reason: "CopyObject" } },
  "ObjectCreated:CompleteMultipartUpload": { type: "Object Created", detail: { reason: "CompleteMultipartUpload" } },
  "ObjectRemoved:Delete": {
    type: "Object Deleted",
    detail: { reason: "DeleteObject", "deletion-type": "Permanently Deleted" },
  },
  "ObjectRemoved:DeleteMarkerCreated": {
    type: "Object Deleted",
    detail: { reason: "DeleteObject", "deletion-type": "Delete Marker Created" },
  },
  "ObjectTagging:Put": { type: "Object Tags Added", detail: {} },
  "ObjectTagging:Delete": { type: "Object Tags Deleted", detail: {} },
};

export function eventBridgeEvent(event: ObjectEvent, { region, accountId }: AwsAccount): EventBridgeEvent {
  const { bucket, key, size, etag, versionId, sequencer, caller } = event;
  const { type, detail } = kinds[event.name];
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": type,
    source: "aws.s3",
    account: accountId,
    time: event.time.toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: [bucketArn(bucket)],
    detail: {
      version: "0",
      bucket: { name: bucket },
      object: {
        key,
        ...(size !== undefined && { size }),
        ...(etag !== undefined && { etag }),
        ...(versionId !== undefined && { "version-id": versionId }),
        ...(!event.name.startsWith("ObjectTagging:") && { sequencer }),
      },
      "request-id": caller.requestId ?? randomUUID(),
      requester: caller.principal === undefined ? caller.principalId : accountId,
      "source-ip-address": caller.sourceAddress,
      ...detail,
    },
  };
}
