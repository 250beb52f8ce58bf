import type { DuckDBConnection } from "@duckdb/node-api";
import { SqlMistake } from "./sql-mistake";

interface ParsedSql {
  error: boolean;
  error_type?: string;
  error_message?: string;
  position?: string;
  statements?: unknown[];
}

/**
 * Has DuckDB's own parser say whether the text is exactly one SELECT.
 *
 * @throws {SqlMistake} It is something else.
 */
export async function requireOneSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const statement = await connection.prepare("SELECT json_serialize_sql($1::VARCHAR)");
  statement.bindVarchar(1, sql);
  const [[text] = []] = (await statement.runAndReadAll()).getRows();
  const { error, error_type, error_message, position, statements = [] } = JSON.parse(String(text)) as ParsedSql;
  if (error && error_type === "not implemented") {
    throw new SqlMistake("it is no SELECT; it must be exactly one", { sql });
  }
  if (error) {
    const offset = position === undefined ? {} : { offset: Number(position) };
    throw new SqlMistake(error_message ?? "it cannot be read", { sql, ...offset });
  }
  if (statements.length !== 1) {
    throw new SqlMistake(`it has ${statements.length} statements; it must be exactly one SELECT`, { sql });
  }
}
