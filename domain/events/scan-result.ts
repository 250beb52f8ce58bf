import * as z from "zod";
import { type ObjectKey, objectKey } from "../paths";
import { type ScanStatus, scanStatuses } from "../scan-status";

/** What GuardDuty said of one object version. It may say it again, under another event id. */
export interface ScanResult {
  /** EventBridge's id of the event. */
  eventId: string;
  bucket: string;
  objectKey: ObjectKey;
  /** `null` (the word) where the bucket has no versions. */
  versionId: string;
  status: ScanStatus;
  /** Names of what was found. */
  threats: string[];
  at: Date;
}

export const scanResultType = "GuardDuty Malware Protection Object Scan Result";

/** Its keys are plain, not encoded as in S3's own notifications. */
const guardDutyEvent = z.object({
  id: z.string().min(1),
  source: z.literal("aws.guardduty"),
  "detail-type": z.literal(scanResultType),
  time: z.coerce.date(),
  detail: z.object({
    s3ObjectDetails: z.object({
      bucketName: z.string().min(1),
      objectKey: z.string().min(1),
      versionId: z
        .string()
        .nullish()
        .transform((id) => id || "null"),
    }),
    scanResultDetails: z.object({
      scanResultStatus: z.enum(scanStatuses),
      threats: z
        .array(z.object({ name: z.string() }))
        .nullish()
        .transform((threats) => (threats ?? []).map(({ name }) => name)),
    }),
  }),
});

/** Reads the EventBridge event that ends a malware scan. Throws a `ZodError` where it is another event. */
export function scanResult(event: unknown): ScanResult {
  const { id, time, detail } = guardDutyEvent.parse(event);
  const { bucketName, objectKey: key, versionId } = detail.s3ObjectDetails;
  const { scanResultStatus: status, threats } = detail.scanResultDetails;
  return { eventId: id, bucket: bucketName, objectKey: objectKey(key), versionId, status, threats, at: time };
}
