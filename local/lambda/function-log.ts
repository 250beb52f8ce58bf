import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** One line that a function or a job wrote. */
export interface LogLine {
  /** Milliseconds since 1970. */
  at: number;
  /** The function's name, or the job's id. */
  source: string;
  stream: "stdout" | "stderr";
  text: string;
}

/** The latest lines of one function or job; older ones are dropped. */
export class FunctionLog {
  readonly #lines: LogLine[] = [];

  constructor(
    private readonly source: string,
    private readonly onLine: (line: LogLine) => void,
    private readonly capacity = 1000,
  ) {}

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Takes a child process's output apart into lines. */
  follow(output: Readable, stream: LogLine["stream"]): void {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    output.on("data", (chunk: Buffer) => {
      const parts = (rest + decoder.write(chunk)).split("\n");
      rest = parts.pop() ?? "";
      for (const text of parts) this.#add(text, stream);
    });
    output.on("end", () => {
      if (rest !== "") this.#add(rest, stream);
    });
  }

  #add(text: string, stream: LogLine["stream"]): void {
    const line = { at: Date.now(), source: this.source, stream, text };
    this.#lines.push(line);
    if (this.#lines.length > this.capacity) this.#lines.shift();
    this.onLine(line);
  }
}
