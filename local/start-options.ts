import { resolve, sep } from "node:path";
import { parseArgs } from "node:util";

export interface StartOptions {
  /** The folder with the partner files. */
  partners: string;
  /** Exit after the samples were played. */
  once: boolean;
  /** Print the ledger as JSON on standard output, and everything else on standard error. */
  json: boolean;
  /** Where a folder is made for what stays of the run; nothing stays where absent. */
  keep?: string;
}

export const startHelp = `Runs Quayside on this machine: the deployment program against local stand-ins.

  npm start                    play every partner's samples, then stay up and follow the partner files
  npm start -- --once          play the samples and exit: 0 if every expected delivery arrived byte for byte

Options
  --partners FOLDER            the partner files (default: partners)
  --once                       exit after the samples; the default where standard output is no terminal
  --follow                     stay up and follow the partner files; the default on a terminal
  --json                       the ledger as JSON on standard output, everything else on standard error
  --keep FOLDER                leave objects, deliveries, ledger and log in a new folder below FOLDER, such as .local
  --help                       this text
`;

/** @throws Error with one line that says what is wrong with the arguments. */
export function readStartOptions(args: readonly string[], isTerminal: boolean): StartOptions | "help" {
  const { values, positionals } = parse([...args]);
  if (values.help) return "help";
  if (positionals.length > 0) throw new Error(`unexpected argument "${positionals[0]}"; see npm start -- --help`);
  if (values.once && values.follow) throw new Error("--once and --follow contradict each other; give one");
  const { partners, json, keep } = values;
  if (keep === "") throw new Error("--keep needs a folder, such as .local");
  if (keep !== undefined && isBelow(resolve(partners), resolve(keep))) {
    throw new Error("--keep names a folder among the partner files, where it would be a partner; name another");
  }
  return { partners, json, once: values.once || !(values.follow || isTerminal), ...(keep !== undefined && { keep }) };
}

const isBelow = (folder: string, path: string) => path === folder || path.startsWith(`${folder}${sep}`);

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        partners: { type: "string", default: "partners" },
        once: { type: "boolean", default: false },
        follow: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        keep: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    // Node goes on to explain how to pass arguments that begin with a hyphen; nobody who mistyped an option wants that.
    const [what] = String(error instanceof Error ? error.message : error).split(". ");
    throw new Error(`${what}; see npm start -- --help`);
  }
}
