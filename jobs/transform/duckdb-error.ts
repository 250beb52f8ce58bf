/** An error of DuckDB, taken apart. */
export interface DuckdbError {
  /** `Conversion`, `Binder`, `IO`, …; empty where it is no error of DuckDB. */
  kind: string;
  /** Without the kind. It may quote the file's data. */
  message: string;
  /** Where in the statement, in bytes from its beginning; undefined where DuckDB does not say. */
  offset: number | undefined;
}

/** Takes an error apart that was thrown by a connection with `errors_as_json`. */
export function duckdbError(error: unknown): DuckdbError {
  const text = error instanceof Error ? error.message : String(error);
  // The parser's have their kind before the JSON as well.
  const said = parsed(text.slice(Math.max(0, text.indexOf("{"))));
  if (said === undefined) {
    const [, kind = "", message = text] = /^([A-Z][A-Za-z ]*) Error: (.*)$/s.exec(text) ?? [];
    return { kind, message, offset: undefined };
  }
  const { exception_type: kind, exception_message: message, position } = said;
  return { kind, message, offset: position === undefined ? undefined : Number(position) };
}

interface ErrorAsJson {
  exception_type: string;
  exception_message: string;
  position?: string;
}

function parsed(text: string): ErrorAsJson | undefined {
  try {
    const value = JSON.parse(text) as Partial<ErrorAsJson>;
    const { exception_type, exception_message, position } = value;
    if (typeof exception_type !== "string" || typeof exception_message !== "string") return undefined;
    return { exception_type, exception_message, ...(position !== undefined && { position }) };
  } catch {
    return undefined;
  }
}
