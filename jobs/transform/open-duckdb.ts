import type { DuckDBConnection } from "@duckdb/node-api";

/** A database in memory that nobody else sees, and its one connection. */
export interface Duckdb {
  connection: DuckDBConnection;
  close: () => void;
}

/** Opens one that loads no extensions and says errors as `duckdbError` reads them. */
export async function openDuckdb(settings: Record<string, string> = {}): Promise<Duckdb> {
  // Only now: to load it takes 0.2 s, and `npm run check` may have nothing to convert.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    errors_as_json: "true",
    ...settings,
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
