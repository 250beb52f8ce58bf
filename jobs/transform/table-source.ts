import { open, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { TableFormat } from "../../domain/entitlements";
import { csvHeader } from "./csv-header";
import { requireShallowJson } from "./json-depth";
import { columnsStruct, named, quoted } from "./sql-text";

export interface TableSource {
  /** What comes after FROM. */
  sql: string;
  /** false: there are no rows, and the format has columns only with them. */
  hasColumns: boolean;
}

/**
 * The SQL that reads the file as a table. The column types follow from the whole file and from plain rules, so that a
 * partner's SQL does not depend on what the first rows happen to look like, and no value is changed by being read:
 * - CSV: a column is a number where all its values are plain numbers (`7`, `-0.50`, not `007`), else text;
 * - JSON, NDJSON: as JSON has it; dates, times and UUIDs stay the text they are;
 * - Parquet: as the file says.
 *
 * @throws What DuckDB says of a malformed file, or {@link DeliveryFailure}.
 */
export async function tableSource(
  connection: DuckDBConnection,
  path: string,
  format: TableFormat,
  signal?: AbortSignal,
): Promise<TableSource> {
  switch (format) {
    case "csv":
      return { sql: await csvSource(connection, path, signal), hasColumns: true };
    case "json":
      await requireShallowJson(path, signal);
      return jsonSource(connection, path, "auto");
    case "ndjson":
      await requireShallowJson(path, signal);
      return jsonSource(connection, path, "newline_delimited");
    case "parquet":
      return { sql: `read_parquet(${quoted(path)})`, hasColumns: true };
  }
}

const longestCsvHeader = 1024 * 1024;

async function csvSource(connection: DuckDBConnection, path: string, signal?: AbortSignal): Promise<string> {
  const header = csvHeader(await beginningOf(path, longestCsvHeader));
  const source = (types: readonly string[]) =>
    `read_csv(${quoted(path)}, auto_detect = false, header = true, delim = ${quoted(header.delimiter)}, quote = '"', ` +
    `escape = '"', strict_mode = true, columns = ${columnsStruct(
      header.columns.map((name, index) => ({ name, type: types[index] ?? "VARCHAR" })),
    )})`;
  const types: string[] = [];
  for (let index = 0; index < header.columns.length; index += columnsAtOnce) {
    signal?.throwIfAborted();
    types.push(...(await csvTypes(connection, source([]), header.columns.slice(index, index + columnsAtOnce))));
  }
  return source(types);
}

/** Almost every file is measured in one pass. Rows of more columns would take memory: 2,048 are unfolded at a time. */
const columnsAtOnce = 250;

/**
 * One pass over the text of all values; it also finds the first malformed line. Each row is unfolded into its columns,
 * because DuckDB takes time with the square of the aggregates: for 1,500 columns, four each took it half a minute.
 */
async function csvTypes(connection: DuckDBConnection, text: string, columns: readonly string[]): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT bool_and(regexp_full_match(value, '0|-?[1-9][0-9]{0,17}')),
            bool_and(regexp_full_match(value, '-?(0|[1-9][0-9]*)([.][0-9]+)?')),
            max(length(split_part(ltrim(value, '-'), '.', 1))),
            max(length(split_part(value, '.', 2))),
            "column"
     FROM (SELECT unnest(range(${columns.length})) AS "column", unnest([${columns.map(named).join(", ")}]) AS value
           FROM ${text})
     GROUP BY "column"`,
  );
  // A column of a file without rows is text.
  const types = columns.map(() => "VARCHAR");
  for (const [isInteger, isDecimal, digits, fraction, column] of reader.getRowsJson()) {
    types[Number(column)] = csvType(isInteger === true, isDecimal === true, Number(digits), Number(fraction));
  }
  return types;
}

function csvType(isInteger: boolean, isDecimal: boolean, digits: number, fraction: number): string {
  if (isInteger) return "BIGINT";
  // 38 digits are what DuckDB's decimals hold; up to 18 they are as fast as integers.
  const width = digits + fraction;
  return isDecimal && width <= 38 ? `DECIMAL(${Math.max(18, width)}, ${fraction})` : "VARCHAR";
}

/** Bytes of the largest JSON value that is a row by itself, where the file is not one value altogether. */
const largestRow = 64 * 1024 * 1024;
/** A file that is one value (a FHIR Bundle) is held in memory several times over. */
const largestDocument = 1024 * 1024 * 1024;

async function jsonSource(
  connection: DuckDBConnection,
  path: string,
  format: "auto" | "newline_delimited",
): Promise<TableSource> {
  const { size } = await stat(path);
  const beginning = (await beginningOf(path, 4096)).replace(/^\ufeff/, "").trimStart();
  if (beginning === "" && format === "auto")
    throw new DeliveryFailure("the file has no JSON in it", { canPass: false, forPartner: true });
  const isDocument = format === "auto" && beginning.startsWith("{");
  const objectSize = isDocument ? Math.min(Math.max(size + 1, largestRow), largestDocument) : largestRow;
  const options = `format = ${quoted(format)}, maximum_object_size = ${objectSize}`;
  // Every field has a column or a struct's field of its own, however rarely it occurs.
  const detected = `read_json(${quoted(path)}, ${options}, sample_size = -1, field_appearance_threshold = 0)`;
  const reader = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE FROM ${detected})`);
  const columns = reader.getRows().map(([name, type]) => ({ name: String(name), type: asText(String(type)) }));
  // Rows that are no objects have this one column, which no key of theirs stands for; so has a file without rows.
  if (columns.length === 1 && columns[0]?.name === "json") {
    const rows = await connection.runAndReadAll(`FROM ${detected} LIMIT 1`);
    return { sql: detected, hasColumns: rows.currentRowCount > 0 };
  }
  const typed = `read_json(${quoted(path)}, ${options}, auto_detect = false, columns = ${columnsStruct(columns)})`;
  return { sql: typed, hasColumns: true };
}

/** The type with text for all that DuckDB recognised inside JSON strings. Names of fields, quoted or not, stay. */
function asText(type: string): string {
  return type.replace(/"(?:[^"]|"")*"|\b(?:UUID|DATE|TIME|TIMESTAMP(?: WITH TIME ZONE)?)(?=$|[[\],)])/g, (match) =>
    match.startsWith('"') ? match : "VARCHAR",
  );
}

async function beginningOf(path: string, bytes: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}
