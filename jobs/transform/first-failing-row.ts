import { stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";

/** Above this, looking for the row would take longer than a person takes with the reason alone. */
const mostBytes = 256 * 1024 * 1024;

/**
 * DuckDB says what value it could not convert, but not in which row. This finds the shortest beginning of the input
 * with which the query fails: its last row is the one. Each look halves what is left, so a million rows take 20 runs.
 *
 * @returns The row's number, from 1, not counting a CSV header; undefined where that cannot be told.
 */
export async function firstFailingRow(
  connection: DuckDBConnection,
  { source, copy, inputPath }: { source: string; copy: string; inputPath: string },
): Promise<number | undefined> {
  if ((await stat(inputPath)).size > mostBytes) return undefined;
  const failsWith = async (rows: number): Promise<boolean> => {
    await connection.run(`CREATE OR REPLACE VIEW input AS SELECT * FROM ${source} LIMIT ${rows}`);
    return connection.run(copy).then(
      () => false,
      () => true,
    );
  };
  try {
    const reader = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${source}`);
    let fails = Number(reader.getRows()[0]?.[0]);
    let works = 0;
    // It may fail with any number of rows, or with none: then no row is to blame.
    if (!(fails > 0) || (await failsWith(0))) return undefined;
    while (fails - works > 1) {
      const middle = Math.floor((works + fails) / 2);
      if (await failsWith(middle)) fails = middle;
      else works = middle;
    }
    return fails;
  } catch {
    return undefined;
  }
}
