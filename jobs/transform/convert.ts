import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { ConvertStep, TableFormat } from "../../domain/entitlements";
import { duckdbError } from "./duckdb-error";
import { duckdbFailure, isOfSomeRow } from "./duckdb-failure";
import { firstFailingRow } from "./first-failing-row";
import { requireOneSelect } from "./one-select";
import { openDuckdb } from "./open-duckdb";
import { sqlMistake } from "./sql-mistake";
import { named, quoted } from "./sql-text";
import { tableSource } from "./table-source";

export interface Conversion {
  inputPath: string;
  outputPath: string;
  step: ConvertStep;
  /** An empty folder for what does not fit into memory. */
  spillFolder: string;
  /** What DuckDB may use, in bytes. */
  memoryBytes: number;
  /** Interrupts the query. */
  signal?: AbortSignal;
}

/** How each format is written. The row order is the query's, so the same input gives the same bytes. */
const writeOptions: Record<TableFormat, string> = {
  csv: "FORMAT csv, HEADER true",
  json: "FORMAT json, ARRAY true",
  ndjson: "FORMAT json, ARRAY false",
  parquet: "FORMAT parquet, COMPRESSION zstd",
};

const threads = 2;

/**
 * Reads the input as the table `input`, runs the step's SQL over it and writes the result. From the moment the
 * partner's SQL runs, DuckDB may touch nothing but the input, the output and its spill folder: no other file, no
 * network, no extension, and the SQL cannot loosen that.
 *
 * @throws {DeliveryFailure} Input or SQL that do not fit can't pass.
 */
export async function convert(conversion: Conversion): Promise<void> {
  const { signal, spillFolder } = conversion;
  await mkdir(spillFolder, { recursive: true, mode: 0o700 });
  const { connection, close } = await openDuckdb({
    threads: String(threads),
    memory_limit: `${Math.floor(conversion.memoryBytes / 1024)}KiB`,
    temp_directory: spillFolder,
    preserve_insertion_order: "true",
  });
  // Again and again, because between two statements there is nothing to interrupt, and the next would run to its end.
  let interrupting: NodeJS.Timeout | undefined;
  const interrupt = () => {
    connection.interrupt();
    interrupting = setInterval(() => connection.interrupt(), 20);
  };
  if (signal?.aborted) interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    await convertWith(connection, conversion);
  } catch (error) {
    if (signal?.aborted) throw new DeliveryFailure("the conversion was interrupted", { canPass: true });
    throw duckdbFailure(error);
  } finally {
    signal?.removeEventListener("abort", interrupt);
    clearInterval(interrupting);
    close();
    await rm(spillFolder, { recursive: true, force: true });
  }
}

async function convertWith(
  connection: DuckDBConnection,
  { inputPath, outputPath, step, spillFolder, signal }: Conversion,
) {
  await lockDown(connection, [inputPath, outputPath], spillFolder);
  const sql = step.sql ?? "SELECT * FROM input";
  await requireOneSelect(connection, sql);
  const source = await tableSource(connection, inputPath, step.from, signal);
  if (!source.hasColumns) refuseWithoutColumns(step);
  await connection.run(`CREATE VIEW input AS SELECT * FROM ${source.sql}`);
  await bind(connection, sql);
  // Its temporary file, where the output exists, would be a file that it may not touch.
  const options = `${writeOptions[step.to]}, USE_TMP_FILE false`;
  const copy = `COPY (${await writtenColumns(connection, step.to)}) TO ${quoted(outputPath)} (${options})`;
  try {
    await connection.run(copy);
  } catch (error) {
    if (!isOfSomeRow(error)) throw error;
    const row = await firstFailingRow(connection, { source: source.sql, copy, inputPath });
    throw duckdbFailure(error, { row });
  }
}

/** An empty JSON array is a table without columns. JSON can say that; SQL, CSV and Parquet need some. */
function refuseWithoutColumns({ sql, to }: ConvertStep): void {
  if (sql === null && (to === "json" || to === "ndjson")) return;
  throw new DeliveryFailure("the file has no rows, and without rows JSON has no columns", {
    ...{ canPass: false, forPartner: true },
  });
}

const result = "quayside_result";

/** Makes the result a view of the SQL, which DuckDB resolves against the input's columns here, and runs later. */
async function bind(connection: DuckDBConnection, sql: string): Promise<void> {
  const before = `CREATE TEMP VIEW ${result} AS `;
  try {
    await connection.run(`${before}${sql}`);
  } catch (error) {
    const said = duckdbError(error);
    throw ofSql.includes(said.kind) ? sqlMistake(said, sql, before) : error;
  }
}

/** What DuckDB says of a statement before it looks at any row. */
const ofSql = ["Binder", "Catalog", "Parser", "Syntax", "Permission", "Not implemented"];

async function lockDown(connection: DuckDBConnection, paths: string[], spillFolder: string): Promise<void> {
  for (const setting of [
    `allowed_paths = [${paths.map(quoted).join(", ")}]`,
    `allowed_directories = [${quoted(join(spillFolder, "/"))}]`,
    "allow_community_extensions = false",
    "enable_external_access = false",
    // Otherwise times with a zone would be written in that of the machine.
    "TimeZone = 'UTC'",
    "lock_configuration = true",
  ]) {
    await connection.run(`SET ${setting}`);
  }
}

/** All of the result; in CSV, which knows no nesting, nested values as JSON. */
async function writtenColumns(connection: DuckDBConnection, to: TableFormat): Promise<string> {
  if (to !== "csv") return `FROM ${result}`;
  const reader = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${result})`);
  const nested = reader
    .getRows()
    .filter(([, type]) => /^(STRUCT|MAP|UNION)\(|\]$/.test(String(type)))
    .map(([name]) => named(String(name)));
  if (nested.length === 0) return `FROM ${result}`;
  return `SELECT * REPLACE (${nested.map((column) => `to_json(${column}) AS ${column}`).join(", ")}) FROM ${result}`;
}
