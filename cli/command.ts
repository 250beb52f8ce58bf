import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { createColors } from "picocolors";

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true; allowPositionals: false }>
>["values"];

/** An npm script of this repository. */
export interface Command<Options extends ParseArgsOptionsConfig> {
  /** What `--help` prints. */
  usage: string;
  options: Options;
  /** Returns the exit code. What it throws is printed in one line, and ends with {@link cannotRun}. */
  run(values: Values<Options>, terminal: Terminal): Promise<number>;
}

export interface Terminal {
  /** Writes to standard output. */
  print(text: string): void;
  /** Writes to standard error. */
  warn(text: string): void;
  colours: ReturnType<typeof createColors>;
}

/** Exit code of a command that could not do its work: wrong usage, unreadable files. */
export const cannotRun = 2;

/** The terminal of this process. Colours only where a person looks and has not set NO_COLOR. */
export function processTerminal(): Terminal {
  const { NO_COLOR, TERM } = process.env;
  return {
    print: (text) => void process.stdout.write(text),
    warn: (text) => void process.stderr.write(text),
    colours: createColors(process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb"),
  };
}

/** Parses the arguments, runs the command and returns the exit code. It never throws. */
export async function runCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: "boolean", short: "h" } },
      strict: true,
      allowPositionals: false,
    });
    if ("help" in values && values.help) {
      terminal.print(`${command.usage}\n`);
      return 0;
    }
    return await command.run(values as Values<Options>, terminal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Those of parseArgs give advice in further sentences, about arguments that no command here takes.
    const isUsage = error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    const line = isUsage ? `${reason.split(/\.\s/, 1)[0]?.replace(/\.$/, "")}; see --help` : reason;
    terminal.warn(`${line.replace(/\s*\n\s*/g, " ")}\n`);
    return cannotRun;
  }
}

/** The value of an option that has choices. @throws where it is none of them. */
export function oneOf<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new Error(`--${option} is one of ${choices.join(", ")}, not "${value}"; see --help`);
  return choice;
}
