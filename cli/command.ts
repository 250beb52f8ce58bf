import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { type Colours, coloursOn } from "./colours-on";

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
  /** Writes to standard output: what the command was asked for, a report of problems where that is what it makes. */
  print(text: string): void;
  /** Writes to standard error: why it did not make what it was asked for. */
  warn(text: string): void;
  /** For what is printed. */
  colours: Colours;
  /** For what is warned of. */
  warningColours: Colours;
}

/** Exit code of a command that could not do its work: wrong usage, unreadable files. */
export const cannotRun = 2;

/** The terminal of this process. A reader that goes away (`| head`) has read enough; the command ends as it would have. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return {
    print: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(text),
    colours: coloursOn(stdout),
    warningColours: coloursOn(stderr),
  };
}

/** Runs a command as this process: with its arguments, on its terminal, and for its exit code. */
export function runAsProcess<Options extends ParseArgsOptionsConfig>(command: Command<Options>): void {
  void runCommand(command, process.argv.slice(2), processTerminal()).then((code) => {
    process.exitCode = code;
  });
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
