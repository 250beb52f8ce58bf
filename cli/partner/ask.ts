import { createInterface, type Interface } from "node:readline";

/** What is wrong with an answer. */
export class Mistake {
  constructor(readonly message: string) {}
}

/** A question, for a person or for a script's options. */
interface Question {
  /** The option that answers it: `--name`. */
  option: string;
  /** What is asked for: `The organisation's name`. */
  what: string;
  /** The option's value; undefined where it was not given. */
  given?: string | undefined;
  /**
   * Taken where a person just presses Enter, and where nobody can be asked. A person is offered it only where it is no
   * mistake.
   */
  fallback?: string | undefined;
}

export interface TextQuestion extends Question {
  /** What is wrong with an answer; undefined where it is right. */
  mistake?: (answer: string) => string | undefined;
}

export interface ValueQuestion<Value> extends Question {
  read(answer: string): Value | Mistake;
}

export interface Choice<Value extends string> {
  value: Value;
  /** `a password, issued by Quayside`. */
  meaning: string;
}

/** Where answers come from. A person is asked again after a mistake, in an option as well. */
export interface Ask {
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  /** @throws where nobody can be asked, and the option's value is wrong or missing. */
  text(question: TextQuestion): Promise<string>;
  /** The same, for answers that mean something else than their text. */
  value<Value>(question: ValueQuestion<Value>): Promise<Value>;
  choice<Value extends string>(
    question: Question & { fallback?: Value },
    choices: readonly Choice<Value>[],
  ): Promise<Value>;
  /** Further lines of a text, up to an empty one. */
  moreLines(): Promise<string[]>;
  /** Yes or no. Where nobody can be asked, the answer is `otherwise`. */
  confirm(what: string, options: { fallback: boolean; otherwise: boolean }): Promise<boolean>;
  close(): void;
}

/** A person ended the questions, with Ctrl-C or Ctrl-D. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}

export interface AskStreams {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** Asks on a terminal. Without one, options and fallbacks are all there is. */
export function askOn({ input, output }: AskStreams): Ask {
  const isInteractive = input.isTTY === true;
  const person = isInteractive ? new Person(input, output) : undefined;

  async function value<Value>(
    { option, what, given, fallback, read }: ValueQuestion<Value>,
    introduce: () => void = () => {},
  ): Promise<Value> {
    if (given !== undefined) {
      const result = read(given);
      if (!(result instanceof Mistake)) return result;
      if (!person) throw new Error(`${option}: ${result.message}`);
      output.write(`  ${option}: ${result.message}\n`);
    }
    const otherwise = fallback === undefined ? new Mistake("please answer") : read(fallback);
    if (!person) {
      if (!(otherwise instanceof Mistake)) return otherwise;
      if (fallback !== undefined) throw new Error(`${option}: ${otherwise.message}`);
      throw new Error(`${option} is missing: ${what.charAt(0).toLowerCase()}${what.slice(1)}; see --help`);
    }
    introduce();
    const isOffered = !(otherwise instanceof Mistake) && fallback !== "";
    for (;;) {
      const typed = (await person.answer(`${what}${isOffered ? ` [${fallback}]` : ""}: `)).trim();
      const result = typed === "" ? otherwise : read(typed);
      if (!(result instanceof Mistake)) return result;
      output.write(`  ${result.message}\n`);
    }
  }

  return {
    isInteractive,
    value,
    text: ({ mistake, ...question }) =>
      value({
        ...question,
        read: (answer) => {
          const wrong = mistake?.(answer);
          return wrong === undefined ? answer : new Mistake(wrong);
        },
      }),
    choice(question, choices) {
      const read = (answer: string) =>
        choices.find((choice, index) => answer === choice.value || answer === `${index + 1}`)?.value ??
        new Mistake(`"${answer}" is none of ${choices.map((choice) => choice.value).join(", ")}`);
      return value({ ...question, what: person ? "Which one" : question.what, read }, () => {
        output.write(`${question.what}\n`);
        for (const [index, choice] of choices.entries()) {
          output.write(`  ${index + 1}  ${choice.value.padEnd(10)} ${choice.meaning}\n`);
        }
      });
    },
    async moreLines() {
      const lines: string[] = [];
      for (;;) {
        const line = person ? await person.answer("  more, or Enter: ") : "";
        if (line.trim() === "") return lines;
        lines.push(line);
      }
    },
    async confirm(what, { fallback, otherwise }) {
      if (!person) return otherwise;
      for (;;) {
        const typed = (await person.answer(`${what} [${fallback ? "Y/n" : "y/N"}]: `)).trim().toLowerCase();
        if (typed === "") return fallback;
        if (typed === "y" || typed === "yes") return true;
        if (typed === "n" || typed === "no") return false;
      }
    },
    close: () => person?.close(),
  };
}

/** Keeps every line that arrives, so that lines which are pasted together answer one question after the other. */
class Person {
  readonly #interface: Interface;
  readonly #lines: string[] = [];
  #hasLeft = false;
  #wake: () => void = () => {};

  readonly #output: NodeJS.WritableStream;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    this.#output = output;
    this.#interface = createInterface({ input, output, terminal: true });
    this.#interface.on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    // Ctrl-C, and Ctrl-D.
    const leave = () => {
      this.#hasLeft = true;
      this.#wake();
    };
    this.#interface.on("SIGINT", leave).on("close", leave);
  }

  async answer(query: string): Promise<string> {
    // What was typed before Ctrl-D still counts, but readline takes no part in it.
    if (this.#hasLeft) this.#output.write(`${query}\n`);
    else {
      this.#interface.setPrompt(query);
      this.#interface.prompt();
    }
    while (this.#lines.length === 0 && !this.#hasLeft) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const line = this.#lines.shift();
    if (line === undefined) throw new Interrupted();
    return line;
  }

  close(): void {
    this.#interface.close();
  }
}
