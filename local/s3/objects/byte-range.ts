import { S3Error } from "../s3-error";

/** A part of an object: from `first` to `last` (inclusive; to the end if absent), or its last `suffix` bytes. */
export type ByteRange = { first: number; last?: number } | { suffix: number };

/** The bytes from `start` to before `end`. */
export interface Extent {
  start: number;
  end: number;
}

/** What a range means in an object of `size` bytes; throws InvalidRange (416) if it has no byte of it. */
export function extentOf(range: ByteRange | undefined, size: number): Extent {
  if (range === undefined) return { start: 0, end: size };
  const start = "suffix" in range ? Math.max(size - range.suffix, 0) : range.first;
  const end = "suffix" in range ? size : Math.min((range.last ?? size - 1) + 1, size);
  if (start < end) return { start, end };
  throw new S3Error("InvalidRange", 416, "The requested range is not satisfiable", {
    fields: { RangeRequested: JSON.stringify(range), ActualObjectSize: String(size) },
    headers: { "content-range": `bytes */${size}` },
  });
}
