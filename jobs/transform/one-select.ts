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
 * What may stand in FROM beside tables. All others of DuckDB's table functions read files, show or change what lies
 * outside the query (`enable_logging`, `checkpoint`), run text as SQL (`query`) or take raw pointers (`arrow_scan`).
 */
const tableFunctions = ["generate_series", "json_each", "json_tree", "range", "repeat", "repeat_row", "unnest"];

/** Of the functions on values, those that do such things: one writes to the job's log, one plans text as SQL. */
const refusedFunctions = ["write_log", "json_serialize_plan"];

/**
 * Has DuckDB's own parser say whether the text is exactly one SELECT, of functions that do nothing but compute.
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
  refuseFunctions(statements[0], sql);
}

/** A node of the parser's tree: those of functions have a name, all else is only a way to them. */
interface TreeNode {
  type?: unknown;
  function?: TreeNode;
  function_name?: unknown;
  query_location?: unknown;
}

function refuseFunctions(node: unknown, sql: string): void {
  if (typeof node !== "object" || node === null) return;
  const { type, function: called, function_name: name } = node as TreeNode;
  if (type === "TABLE_FUNCTION" && !tableFunctions.includes(nameOf(called))) {
    throw refusal(node, `${nameOf(called)} may not stand in FROM; what may: ${tableFunctions.join(", ")}`, sql);
  }
  if (name !== undefined && refusedFunctions.includes(nameOf(node))) {
    throw refusal(node, `${nameOf(node)} may not be called: it reaches outside the query`, sql);
  }
  for (const inner of Object.values(node)) refuseFunctions(inner, sql);
}

const nameOf = (node: TreeNode | undefined) => String(node?.function_name).toLowerCase();

function refusal({ query_location }: TreeNode, mistake: string, sql: string): SqlMistake {
  const offset = Number(query_location);
  // Of what has no place, the parser says the largest number there is.
  return new SqlMistake(mistake, { sql, ...(offset <= Buffer.byteLength(sql) && { offset }) });
}
