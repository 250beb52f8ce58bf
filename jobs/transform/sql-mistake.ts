import { DeliveryFailure } from "../../domain/delivery-failure";
import type { DuckdbError } from "./duckdb-error";

/**
 * A mistake in a transform's SQL. The message goes into logs and e-mail, so it names nothing of the file: of a file
 * without a header, even the columns' names are data. What DuckDB says beyond that is in `detail`, for the author.
 */
export class SqlMistake extends DeliveryFailure {
  readonly sql: string;
  /** In bytes from the SQL's beginning; undefined where it is of the whole. */
  readonly offset: number | undefined;
  /** One line. It may hold names of the file's columns. */
  readonly detail: string;

  constructor(mistake: string, { sql, offset, detail = mistake }: { sql: string; offset?: number; detail?: string }) {
    const line = offset === undefined ? "" : `, line ${positionIn(sql, offset).line}`;
    super(`the transform's SQL${line}: ${mistake}`, { canPass: false, forPartner: true });
    this.sql = sql;
    this.offset = offset;
    this.detail = detail.replace(/\s+/g, " ").trim();
  }
}

/** The mistake behind an error of DuckDB in a statement that has the SQL at its end, after `before`. */
export function sqlMistake({ message, offset }: DuckdbError, sql: string, before: string): SqlMistake {
  const [said = ""] = message.split("\n", 1);
  const own = offset === undefined ? -1 : offset - Buffer.byteLength(before);
  return new SqlMistake(said.replace(/\b(STRUCT|UNION|ENUM)\(.*\)/, "$1(…)"), {
    ...{ sql, detail: message },
    ...(own >= 0 && { offset: own }),
  });
}

/** Line and column, from 1, of a place in a text that is given in bytes of UTF-8. */
export function positionIn(text: string, offset: number): { line: number; column: number } {
  const before = Buffer.from(text).subarray(0, offset).toString().split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
