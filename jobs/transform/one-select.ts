import type { DuckDBConnection } from "@duckdb/node-api";
import { DeliveryFailure } from "../../domain/delivery-failure";

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
 * @throws {DeliveryFailure} It is something else.
 */
export async function requireOneSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const statement = await connection.prepare("SELECT json_serialize_sql($1::VARCHAR)");
  statement.bindVarchar(1, sql);
  const [[text] = []] = (await statement.runAndReadAll()).getRows();
  const parsed = JSON.parse(String(text)) as ParsedSql;
  const refuse = (why: string) => new DeliveryFailure(`the transform's SQL ${why}`, { canPass: false });
  if (parsed.error && parsed.error_type === "not implemented") throw refuse("is no SELECT; it must be exactly one");
  if (parsed.error) throw refuse(`cannot be read: ${parsed.error_message}${lineOf(sql, parsed.position)}`);
  const count = parsed.statements?.length ?? 0;
  if (count !== 1) throw refuse(`has ${count} statements; it must be exactly one SELECT`);
}

function lineOf(sql: string, position: string | undefined): string {
  if (position === undefined) return "";
  return ` (line ${sql.slice(0, Number(position)).split("\n").length})`;
}
