import { DeliveryFailure } from "../../domain/delivery-failure";
import { type DuckdbError, duckdbError } from "./duckdb-error";

/** Characters; values have no limit. */
const longestDetail = 300;

/** Errors that say nothing of the file or the SQL: the disk, DuckDB itself. */
const passing = ["IO", "INTERNAL", "FATAL"];

/** An error of DuckDB over a file. */
export class DuckdbFailure extends DeliveryFailure {
  /** With the value that is wrong, where one is: for whoever may see the file. One line. */
  readonly detail: string;

  constructor(message: string, { canPass, detail }: { canPass: boolean; detail: string }) {
    // What can pass is not of the file.
    super(message, { canPass, ...(!canPass && { forPartner: true }) });
    this.detail = detail.replace(/\s+/g, " ").trim();
  }
}

/**
 * The failure behind an error of DuckDB; any other error as it is. Almost all are of the file, and the same file gives
 * the same error again.
 *
 * DuckDB quotes the file in its messages: a value, a line, a whole object. A failure's message goes into logs, the
 * ledger and e-mail, so nothing is passed on but what is known to hold no data: kind, place, target type, and the
 * column that the SQL names. `row` is put first where it is known.
 */
export function duckdbFailure(error: unknown, { row }: { row?: number | undefined } = {}): unknown {
  const said = duckdbError(error);
  if (error instanceof DeliveryFailure || said.kind === "") return error;
  const where = row === undefined ? "" : `row ${row}: `;
  const message = `${where}${withoutData(said)}`;
  const detail = isOfSomeRow(error) ? `${where}${said.message.slice(0, longestDetail)}` : message;
  return new DuckdbFailure(message, { canPass: passing.includes(said.kind), detail });
}

/** Whether the error is of some value in the data, so that looking for its row makes sense; DuckDB names only lines of CSV. */
export function isOfSomeRow(error: unknown): boolean {
  const { kind, message } = duckdbError(error);
  return (
    ["Conversion", "Out of Range", "Invalid Input"].includes(kind) &&
    !/^(CSV Error on Line|Malformed JSON in file|JSON transform error)/.test(message)
  );
}

function withoutData({ kind, message }: DuckdbError): string {
  for (const [form, text] of [...ofFormat, ...ofValue]) {
    const found = form.exec(message);
    if (found) return text(...found.slice(1).map((group) => group ?? ""));
  }
  // They are of files and settings, with paths in quotes.
  if (kind === "IO" || kind === "Permission") {
    return `${kind} Error: ${message.split("\n", 1)[0]?.replace(/["'].*["']/, "a file")}`;
  }
  if (kind === "Invalid Input") return "a function of the SQL refused a value, or the SQL called error()";
  if (kind === "Conversion") return "a value cannot be converted";
  if (kind === "Out of Range") return "a value is out of range";
  return `${kind} Error of DuckDB`;
}

/** A form that messages have, and what is said of it, from its groups: numbers, types, names of columns. */
type Form = [form: RegExp, text: (...groups: string[]) => string];

const inLine = (line: string, reason: string) => `line ${line}: ${reason}`;
const place = (unit: string, number: string) => `${unit === "line" ? "line" : "value"} ${number}`;
const ofColumn = (column: string) => (column === "" ? "" : ` of column ${column}`);

/** Of files that are not what their format says. */
const ofFormat: Form[] = [
  [/^CSV Error on Line: (\d+)\n.*^(Expected Number of Columns: \d+ Found: \d+)$/ms, inLine],
  [/^CSV Error on Line: (\d+)\n.*^(Value with unterminated quote found)/ms, inLine],
  [/^CSV Error on Line: (\d+)\n.*^Invalid unicode/ms, (line) => inLine(line, "it is not UTF-8")],
  [/^CSV Error on Line: (\d+)\n.*^(Maximum line size of \d+ bytes exceeded)/ms, inLine],
  [/^CSV Error on Line: (\d+)/, (line) => inLine(line, "it is no CSV")],
  [
    /^(Malformed JSON) in file "[^"]*", (at byte \d+) in (line|record\/value) (\d+): ([\w -]+)/,
    (what, byte, unit, number, reason) => `${what}, ${byte} in ${place(unit, number)}: ${reason}`,
  ],
  [
    /^JSON transform error in file "[^"]*", in (line|record\/value) (\d+): .* has duplicate key /s,
    (unit, number) => `${place(unit, number)}: an object has a key twice`,
  ],
  [
    /^JSON transform error in file "[^"]*", in (line|record\/value) (\d+)/,
    (unit, number) => `${place(unit, number)}: it does not fit the others`,
  ],
  [/^"maximum_object_size" of (\d+) bytes exceeded/, (bytes) => `a value has more than ${bytes} bytes`],
  [
    /^(?:No magic bytes found at end of file|File '.*' too small to be a Parquet file|Footer length)/,
    () => "the file is no Parquet, or a part of one",
  ],
];

const type = String.raw`([A-Z]\w*(?:\(\d+, ?\d+\))?)`;
/** What may follow a value that is quoted, so that nothing of the value itself is taken for it: it has no quotes. */
const end = "(?: when casting from source column ([^\"']+))?$";

/** Of values that do not become what the SQL wants of them. */
const ofValue: Form[] = [
  [
    new RegExp(`(?:["'] to |["'] to type |value -?[\\d.]+ to |destination type )${type}[^"']*?${end}`, "s"),
    (to, column) => `a value${ofColumn(column)} cannot be converted to ${to}`,
  ],
  [
    new RegExp(`^(?:invalid )?(date|time|timestamp) field (?:format|value out of range): .*?${end}`, "s"),
    (to, column) => `a value${ofColumn(column)} cannot be converted to ${to.toUpperCase()}`,
  ],
  [
    new RegExp(`^Malformed JSON at byte .*?${end}`, "s"),
    (column) => `a value${ofColumn(column)} cannot be converted to JSON`,
  ],
  [/^Could not parse string /, () => "a value does not have the form of a date or time that the SQL expects"],
  [
    new RegExp(`^Overflow in (addition|subtraction|multiplication|division|negation) of ${type}`),
    (operation, of) => `the result of the ${operation} is too large for ${of}`,
  ],
  [/^(cannot take [a-z ]+)$/, (reason) => reason],
  [/^(More than one row returned by a subquery)/, (reason) => reason],
  [/^(?:failed to|could not) allocate .*\((.* used)\)/, (used) => `there is not enough memory: ${used}`],
  [/(No space left on device|Disk quota exceeded)/, (reason) => reason],
];
