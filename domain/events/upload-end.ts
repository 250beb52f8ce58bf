import * as z from "zod";
import { type ObjectKey, objectKey } from "../paths";

/** What Transfer Family says of how an upload ended. */
export interface UploadEnd {
  /** EventBridge's id of the event. */
  eventId: string;
  bucket: string;
  /** Where a rename ended the upload: the new key. */
  objectKey: ObjectKey;
  outcome: "completed" | "failed" | "renamed";
  /** Without quotes; null where the event has none (renames never do). */
  etag: string | null;
  /** Null where the event does not say. */
  bytes: number | null;
  /** When the upload or the rename began; null where the event does not say. */
  startedAt: Date | null;
  /** It had ended by then. */
  at: Date;
  /** The event's own detail, for people. */
  detail: Record<string, unknown>;
}

const outcomes: Record<string, UploadEnd["outcome"]> = {
  "Upload Completed": "completed",
  "Upload Failed": "failed",
  "Rename Completed": "renamed",
};

const timestamp = z.coerce.date().optional().catch(undefined);

/** EventBridge's own times are whole seconds, cut off; in milliseconds. */
const cutOff = 999;

/** Field names and values: https://docs.aws.amazon.com/transfer/latest/userguide/events-detail-reference.html */
const transferEvent = z.object({
  id: z.string().min(1),
  source: z.literal("aws.transfer"),
  "detail-type": z.string(),
  time: z.coerce.date(),
  detail: z.looseObject({
    "file-path": z.string().optional(),
    "renamed-file-path": z.string().optional(),
    etag: z.string().optional(),
    bytes: z.number().int().nonnegative().optional(),
    "start-timestamp": timestamp,
    "end-timestamp": timestamp,
  }),
});

/**
 * The end of an upload that an EventBridge event of Transfer Family tells of. Throws where it is another event, or
 * names no path of the form `/bucket/key`.
 */
export function uploadEnd(event: unknown): UploadEnd {
  const { id, "detail-type": detailType, time, detail } = transferEvent.parse(event);
  const outcome = outcomes[/^(?:SFTP|FTPS|FTP) Server File (.+)$/.exec(detailType)?.[1] ?? ""];
  if (outcome === undefined) throw new Error(`an event "${detailType}" says nothing about the end of an upload`);
  const path = outcome === "renamed" ? detail["renamed-file-path"] : detail["file-path"];
  const { bucket, key } = /^\/(?<bucket>[^/]+)\/(?<key>.+)$/s.exec(path ?? "")?.groups ?? {};
  if (bucket === undefined || key === undefined) {
    throw new Error(`event ${id} "${detailType}" names no /bucket/key, but ${path ?? "nothing"}`);
  }
  return {
    eventId: id,
    bucket,
    objectKey: objectKey(key),
    outcome,
    etag: detail.etag?.replaceAll('"', "") || null,
    bytes: detail.bytes ?? null,
    startedAt: detail["start-timestamp"] ?? null,
    at: detail["end-timestamp"] ?? new Date(time.getTime() + cutOff),
    detail: (event as { detail: Record<string, unknown> }).detail,
  };
}
