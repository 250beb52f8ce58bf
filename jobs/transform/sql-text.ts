/** The text as an SQL string. */
export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The text as an SQL name. */
export const named = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The columns as the struct that DuckDB's readers want: `{'id': 'BIGINT', …}`. */
export const columnsStruct = (columns: readonly { name: string; type: string }[]) =>
  `{${columns.map(({ name, type }) => `${quoted(name)}: ${quoted(type)}`).join(", ")}}`;
