import type { TableFormat } from "../domain/entitlements";

/** Where a result is not what it must be. */
export interface ResultDifference {
  /** The first line that differs, from 1. */
  line: number;
  /** What the result has there. */
  actual: string;
}

const longestQuote = 120;

/** Compares byte by byte, and speaks of lines. Undefined: there is no difference. */
export function resultDifference(
  result: Uint8Array,
  expected: Uint8Array,
  format: TableFormat | undefined,
): ResultDifference | undefined {
  if (Buffer.compare(result, expected) === 0) return undefined;
  if (format === "parquet") return { line: 1, actual: `Parquet of ${result.length} other bytes` };
  const [lines, wanted] = [linesOf(result), linesOf(expected)];
  const index = lines.findIndex((line, at) => line !== wanted[at]);
  if (index < 0) return { line: lines.length + 1, actual: "it ends here" };
  const text = JSON.stringify(lines[index]);
  return { line: index + 1, actual: text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text };
}

/** Each with its line break, for these can be the difference. */
const linesOf = (content: Uint8Array) =>
  Buffer.from(content)
    .toString("utf8")
    .split(/(?<=\n)/);
