import { type Colours, coloursOn } from "../../cli/colours-on";
import { widthOf, wrap } from "./wrap";

/** How text may look where it goes. */
export interface Looks {
  colours: Colours;
  /** Of the screen; undefined where there is none, and lines may have any length. */
  readonly columns: number | undefined;
}

/** Where progress goes. Colours and moving lines only on a terminal. */
export interface Terminal extends Looks {
  symbols: Record<"done" | "failed" | "busy", string>;
  /** A line that stays. */
  line(text?: string): void;
  /** A sentence that stays, broken between words where the screen ends; it goes on behind `indent` spaces. */
  sentence(text: string, indent?: number): void;
  /** An empty line, unless what is printed now has the same topic as what was printed before. */
  paragraph(topic?: string): void;
  /** Runs `work` under a title; the title shows what it is doing now and, in the end, how long it took. */
  step<Result>(title: string, work: (note: (detail: string) => void) => Promise<Result>): Promise<Result>;
}

const clear = "\r\u001b[2K";

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  return new StreamTerminal(stream);
}

class StreamTerminal implements Terminal {
  readonly colours: Colours;
  readonly symbols: Terminal["symbols"];
  readonly #stream: NodeJS.WriteStream;
  readonly #canMove: boolean;
  /** The title of the step that is under way. */
  #title: string | undefined;
  #topic: string | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#canMove = stream.isTTY === true && process.env.TERM !== "dumb";
    this.colours = coloursOn(stream);
    const { green, red, cyan } = this.colours;
    this.symbols = { done: green("✔"), failed: red("✖"), busy: cyan("…") };
  }

  get columns(): number | undefined {
    return this.#stream.isTTY ? this.#stream.columns : undefined;
  }

  line(text = ""): void {
    const isUnderTitle = this.#canMove && this.#title !== undefined;
    this.#stream.write(`${isUnderTitle ? clear : ""}${text}\n`);
    if (isUnderTitle) this.#stream.write(this.#titleLine());
  }

  sentence(text: string, indent = 4): void {
    this.line(wrap(text, this.columns, indent));
  }

  paragraph(topic?: string): void {
    if (topic === undefined || topic !== this.#topic) this.line();
    this.#topic = topic;
  }

  async step<Result>(title: string, work: (note: (detail: string) => void) => Promise<Result>): Promise<Result> {
    const started = performance.now();
    let detail = "";
    const show = () => {
      this.#title = detail === "" ? title : `${title}: ${detail}`;
      if (this.#canMove) this.#stream.write(`${clear}${this.#titleLine()}`);
    };
    const end = (symbol: string) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const text = `  ${symbol} ${this.#title} ${this.colours.dim(`${seconds} s`)}`;
      this.#title = undefined;
      if (this.#canMove) this.#stream.write(clear);
      this.sentence(text);
    };
    show();
    try {
      const result = await work((text) => {
        detail = text;
        show();
      });
      end(this.symbols.done);
      return result;
    } catch (error) {
      end(this.symbols.failed);
      throw error;
    }
  }

  /** Cut where the screen ends: a line that wraps cannot be cleared. */
  #titleLine(): string {
    const start = `  ${this.symbols.busy} `;
    const room = (this.columns || 120) - widthOf(start) - 1;
    return `${start}${[...(this.#title ?? "")].slice(0, Math.max(0, room)).join("")}`;
  }
}
