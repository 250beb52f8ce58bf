import { createInterface, type Interface } from "node:readline";

/** A question, for a person or for a script's options. */
export interface Question {
  /** The option that answers it: `--name`. */
  option: string;
  /** What is asked for: `The organisation's name`. */
  what: string;
  /** The option's value; undefined where it was not given. */
  given?: string | undefined;
  /** Taken where a person just presses Enter, and where nobody can be asked. */
  fallback?: string | undefined;
  /** What is wrong with an answer; undefined where it is right. */
  mistake?: (answer: string) => string | undefined;
}

export interface Choice<Value extends string> {
  value: Value;
  /** `a password, issued by Quayside`. */
  meaning: string;
}

/** Where answers come from. */
export interface Ask {
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  /** @throws where the option's value is wrong or, where nobody can be asked, missing. */
  text(question: Question): Promise<string>;
  choice<Value extends string>(
    question: Omit<Question, "mistake" | "fallback"> & { fallback?: Value },
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

  async function text({ option, what, given, fallback, mistake }: Question): Promise<string> {
    if (given !== undefined) {
      const wrong = mistake?.(given);
      if (wrong !== undefined) throw new Error(`${option}: ${wrong}`);
      return given;
    }
    if (!person) {
      if (fallback !== undefined) return fallback;
      throw new Error(`${option} is missing: ${what.charAt(0).toLowerCase()}${what.slice(1)}; see --help`);
    }
    for (;;) {
      const shown = fallback === undefined || fallback === "" ? "" : ` [${fallback}]`;
      const typed = (await person.answer(`${what}${shown}: `)).trim();
      const answer = typed === "" ? fallback : typed;
      const wrong = answer === undefined ? "please answer" : mistake?.(answer);
      if (wrong === undefined && answer !== undefined) return answer;
      output.write(`  ${wrong}\n`);
    }
  }

  return {
    isInteractive,
    text,
    async choice(question, choices) {
      if (person && question.given === undefined) {
        output.write(`${question.what}\n`);
        for (const [index, { value, meaning }] of choices.entries()) {
          output.write(`  ${index + 1}  ${value.padEnd(10)} ${meaning}\n`);
        }
      }
      const named = (answer: string) =>
        choices.find(({ value }, index) => answer === value || answer === `${index + 1}`);
      const answer = await text({
        ...question,
        what: person ? "Which one" : question.what,
        mistake: (given) =>
          named(given) ? undefined : `"${given}" is none of ${choices.map(({ value }) => value).join(", ")}`,
      });
      const chosen = named(answer);
      if (!chosen) throw new Error(`${question.option}: "${answer}" is no choice`);
      return chosen.value;
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

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
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
    this.#interface.setPrompt(query);
    this.#interface.prompt();
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
