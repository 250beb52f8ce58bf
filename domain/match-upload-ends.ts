import { compareSequencers } from "./events/uploaded-object";

/** An upload that S3 announced and whose end is not known yet; all of one key. */
export interface UnsettledUpload {
  id: number;
  etag: string;
  /** Bytes. */
  size: number;
  sequencer: string;
  uploadedAt: Date;
}

/** What Transfer Family said of uploads to that key, where it has not been matched with one yet. */
export interface UnmatchedEnd {
  id: number;
  outcome: "completed" | "failed" | "renamed";
  etag: string | null;
  bytes: number | null;
  at: Date;
}

export interface Match<Upload, End> {
  upload: Upload;
  end: End;
}

/**
 * Which end belongs to which upload, where both are of the same key. Events come in any order and either may be
 * missing, so what does not match waits.
 *
 * - An etag decides alone: the oldest upload with that etag.
 * - `completed` without one: the oldest upload of that many bytes.
 * - `failed` without one: the oldest upload of that many bytes before the event, else the newest before it.
 * - `renamed` (S3 sees a copy, with another etag): the newest upload before the event.
 * - A `completed` that names neither etag nor bytes: the newest before the event.
 */
export function matchUploadEnds<Upload extends UnsettledUpload, End extends UnmatchedEnd>(
  uploads: readonly Upload[],
  ends: readonly End[],
): Match<Upload, End>[] {
  const free = [...uploads].sort((a, b) => compareSequencers(a.sequencer, b.sequencer));
  const matches: Match<Upload, End>[] = [];
  // Certain ones first, so that a vague event cannot take an upload which another one names.
  for (const end of [...ends].sort((a, b) => vagueness(a) - vagueness(b) || a.at.getTime() - b.at.getTime())) {
    const upload = uploadThatEnded(free, end);
    if (upload === undefined) continue;
    free.splice(free.indexOf(upload), 1);
    matches.push({ upload, end });
  }
  return matches;
}

function vagueness(end: UnmatchedEnd): number {
  if (end.etag !== null) return 0;
  return end.outcome !== "renamed" && end.bytes !== null ? 1 : 2;
}

function uploadThatEnded<Upload extends UnsettledUpload>(
  oldestFirst: readonly Upload[],
  { outcome, etag, bytes, at }: UnmatchedEnd,
): Upload | undefined {
  if (etag !== null) return oldestFirst.find((upload) => upload.etag === etag);
  const before = oldestFirst.filter((upload) => upload.uploadedAt.getTime() - at.getTime() < timePrecision);
  if (outcome === "completed" && bytes !== null) return oldestFirst.find((upload) => upload.size === bytes);
  if (outcome === "failed") return before.find((upload) => upload.size === bytes) ?? before.at(-1);
  return before.at(-1);
}

/** EventBridge's own times are whole seconds, cut off; in milliseconds. */
const timePrecision = 1000;
