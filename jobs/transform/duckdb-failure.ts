import { DeliveryFailure } from "../../domain/delivery-failure";

/** Errors of DuckDB that say nothing of the input or the SQL: the disk, an interruption, DuckDB itself. */
const passing = /^(IO|INTERRUPT|Interrupt|INTERNAL|FATAL) Error/;

/** Where DuckDB's own message gives way to advice for people who can change options, or to an echo of our statement. */
const advice =
  /\n\s*(Possible [Ff]ix|Possible [Ss]olution|LINE \d+:|file = |Try |Candidate functions)|[,.]? [Tt]ry (setting|ignore_errors|auto-detecting)/;

/**
 * The failure behind an error of DuckDB. Almost all are of the file or of the SQL, and the same input gives the same
 * error again. The message becomes one line, without this machine's `paths`; `row` is put first where it is known.
 */
export function duckdbFailure(
  error: unknown,
  { row, paths = [] }: { row?: number | undefined; paths?: readonly string[] } = {},
): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [said = ""] = message.split(advice, 1);
  const text = paths
    .reduce((rest, path) => rest.replaceAll(path, "input"), said)
    .replace(/ (in|while reading) file "input"/g, "")
    .replace(/\bOriginal Line: [^\n]*\n/g, "")
    .replace(/^(Invalid Input|Conversion|Binder|Catalog|Parser) Error: /, "")
    .replace(/\bCSV Error on Line: (\d+)/, "line $1:");
  return new DeliveryFailure(row === undefined ? text : `row ${row}: ${text}`, { canPass: passing.test(message) });
}

/** Whether the error is of some value in the data, so that looking for its row makes sense; DuckDB names only lines of CSV. */
export function isOfSomeRow(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return (
    /^(Conversion|Out of Range|Invalid Input) Error: /.test(message) &&
    !/CSV Error on Line|Malformed JSON/.test(message)
  );
}
