import * as z from "zod";
import { type RemovedObject, removedObject } from "./removed-object";
import { type ScanResult, scanResult } from "./scan-result";
import { type UploadEnd, uploadEnd } from "./upload-end";
import { type UploadedObject, uploadedObject } from "./uploaded-object";

/** What a message of the route queue tells. */
export type RouteMessage =
  /** Objects came and went; none did, where the S3 event is about something else. */
  | { kind: "objects"; uploads: UploadedObject[]; removals: RemovedObject[] }
  | { kind: "upload-end"; end: UploadEnd }
  | { kind: "scan-result"; result: ScanResult }
  /** S3 tried out its notification when it was set up. */
  | { kind: "s3-test" };

const snsEnvelope = z.object({ Type: z.literal("Notification"), TopicArn: z.string(), Message: z.string() });
const s3Event = z.object({ Records: z.array(z.unknown()).min(1) });
const s3TestEvent = z.object({ Event: z.literal("s3:TestEvent") });
const eventBridgeEvent = z.object({ source: z.string(), "detail-type": z.string() });

/**
 * Reads the body of a message: an S3 event, as it is or in an SNS envelope, or an EventBridge event of Transfer
 * Family or GuardDuty. Throws, with one line that says why, where it is anything else.
 */
export function routeMessage(body: string): RouteMessage {
  const content = json(body);
  const envelope = snsEnvelope.safeParse(content);
  return explained(() => readContent(envelope.success ? json(envelope.data.Message) : content));
}

function readContent(content: unknown): RouteMessage {
  const s3 = s3Event.safeParse(content);
  if (s3.success) {
    return {
      kind: "objects",
      uploads: s3.data.Records.map(uploadedObject).filter((upload) => upload !== null),
      removals: s3.data.Records.map(removedObject).filter((removal) => removal !== null),
    };
  }
  if (s3TestEvent.safeParse(content).success) return { kind: "s3-test" };
  const event = eventBridgeEvent.safeParse(content);
  if (!event.success) throw new Error("neither an S3 event nor one of Transfer Family or GuardDuty");
  return event.data.source === "aws.guardduty"
    ? { kind: "scan-result", result: scanResult(content) }
    : { kind: "upload-end", end: uploadEnd(content) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error("not JSON", { cause: error });
  }
}

/** Zod's errors are many-line lists; here each becomes one line. */
function explained<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const issues = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`not an event that we know: ${issues.join("; ")}`);
  }
}
