import type { Terminal } from "../command";
import type { Ask } from "./ask";

/** What a subcommand of `npm run partner` works with. */
export interface Session {
  ask: Ask;
  terminal: Terminal;
  /** All of standard input, for the file name `-`. */
  readStandardInput(): Promise<string>;
}

/** Options of every subcommand. */
export const commonOptions = {
  partners: { type: "string", default: "partners" },
  stack: { type: "string", default: "prod" },
  "dry-run": { type: "boolean", default: false },
} as const;

/** Their help, with the descriptions in a column. */
export const commonUsage = (column: number) =>
  [
    ["--partners FOLDER", "the partners folder; partners unless told"],
    ["--stack NAME", 'the stack that the commands under "what comes next" name; prod unless told'],
    ["--dry-run", "write nothing, only say what would be written"],
  ]
    .map(([option = "", what]) => `  ${option.padEnd(column - 2)}${what}`)
    .join("\n");
