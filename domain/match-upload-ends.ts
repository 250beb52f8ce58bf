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
  /** When the upload or the rename began; null where the event does not say. */
  startedAt: Date | null;
  /** It had ended by then. */
  at: Date;
}

export interface Match<Upload, End> {
  upload: Upload;
  end: End;
}

type Find = <Upload extends UnsettledUpload>(oldestFirst: readonly Upload[], end: UnmatchedEnd) => Upload | undefined;

/**
 * Which end belongs to which upload, where both are of the same key. Events come in any order and either may be
 * missing, so what does not match waits.
 *
 * - An etag decides alone: the oldest upload with that etag.
 * - Without one, `completed` and `failed` go by their bytes: the oldest upload of that many since they began, and for
 *   `failed` before its end.
 * - The newest upload between beginning and end: for `renamed` (S3 sees a copy, with another etag), for what names
 *   neither etag nor bytes, and for a `failed` of whose bytes S3 did not keep all.
 */
export function matchUploadEnds<Upload extends UnsettledUpload, End extends UnmatchedEnd>(
  uploads: readonly Upload[],
  ends: readonly End[],
): Match<Upload, End>[] {
  const free = [...uploads].sort((a, b) => compareSequencers(a.sequencer, b.sequencer));
  const waiting = new Set([...ends].sort((a, b) => a.at.getTime() - b.at.getTime()));
  const matches: Match<Upload, End>[] = [];
  // The certain first, so that a vague event cannot take an upload which another one names.
  for (const find of [byEtag, byBytes, byTime]) {
    for (const end of waiting) {
      const upload = find(free, end);
      if (upload === undefined) continue;
      free.splice(free.indexOf(upload), 1);
      waiting.delete(end);
      matches.push({ upload, end });
    }
  }
  return matches;
}

const byEtag: Find = (oldestFirst, { etag }) =>
  etag === null ? undefined : oldestFirst.find((upload) => upload.etag === etag);

const byBytes: Find = (oldestFirst, end) => {
  if (end.etag !== null || end.bytes === null || end.outcome === "renamed") return undefined;
  const until = end.outcome === "failed" ? end.at.getTime() + storingTime : Number.POSITIVE_INFINITY;
  return oldestFirst.find((upload) => upload.size === end.bytes && isWithin(upload, end.startedAt, until));
};

const byTime: Find = (oldestFirst, end) => {
  if (end.etag !== null || (end.outcome === "completed" && end.bytes !== null)) return undefined;
  return oldestFirst.findLast((upload) => isWithin(upload, end.startedAt, end.at.getTime() + clockDifference));
};

function isWithin({ uploadedAt }: UnsettledUpload, since: Date | null, until: number): boolean {
  const time = uploadedAt.getTime();
  return time <= until && (since === null || time >= since.getTime() - clockDifference);
}

/**
 * Milliseconds between two services' clocks. Little, because a client that was cut off repeats its upload within a
 * second, and the repetition must not be taken for the part.
 */
const clockDifference = 250;

/** Milliseconds from the end of a broken upload to the time at which S3 has what arrived of it. */
const storingTime = 1000;
