import { DeliveryFailure } from "../../domain/delivery-failure";

export interface CsvHeader {
  delimiter: string;
  /** Unique: a name that occurs again gets a number (`id`, `id_1`). */
  columns: string[];
}

/** DuckDB's time grows with the square of the columns: a file of 2,000 and one row takes two seconds. */
const mostColumns = 2000;

/** What occurs in names least often comes first: of two that occur equally often it is the one. */
const delimiters = ["\t", "|", ";", ","] as const;

/**
 * Reads the header line of a CSV file (RFC 4180, with any of the common delimiters) from the file's beginning. The
 * delimiter is the one that occurs most often in the header outside quotes.
 *
 * @throws {DeliveryFailure} There is no header, or it has too many columns.
 */
export function csvHeader(beginning: string): CsvHeader {
  const line = firstRecord(beginning.replace(/^\ufeff/, ""));
  if (line.trim() === "") {
    throw new DeliveryFailure("line 1: a CSV file begins with a line of column names; this one does not", {
      ...{ canPass: false, forPartner: true },
    });
  }
  const unquoted = line.replace(/"(?:[^"]|"")*"?/g, "");
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  const likeliest = delimiters.reduce((best, other) => (count(other) > count(best) ? other : best));
  const delimiter = count(likeliest) > 1 ? likeliest : ",";
  if (count(delimiter) > mostColumns) {
    throw new DeliveryFailure(`line 1: the file has ${count(delimiter)} columns; ${mostColumns} are the most`, {
      ...{ canPass: false, forPartner: true },
    });
  }
  return { delimiter, columns: unique(fields(line, delimiter)) };
}

/** Up to the first line break outside quotes. */
function firstRecord(text: string): string {
  return /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "";
}

function fields(line: string, delimiter: string): string[] {
  const found: string[] = [];
  let rest = line;
  for (;;) {
    const field = /^\s*"((?:[^"]|"")*)"\s*/.exec(rest);
    const end = field ? field[0].length : rest.indexOf(delimiter) < 0 ? rest.length : rest.indexOf(delimiter);
    found.push(field ? (field[1] ?? "").replaceAll('""', '"') : rest.slice(0, end).trim());
    if (end >= rest.length) return found;
    rest = rest.slice(end + delimiter.length);
  }
}

function unique(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const base = name === "" ? `column${index}` : name;
    let candidate = base;
    // DuckDB does not tell names apart by their case.
    for (let number = 1; taken.has(candidate.toLowerCase()); number++) candidate = `${base}_${number}`;
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}
