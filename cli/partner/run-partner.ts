import { suggestion } from "../../domain/nearest";
import { cannotRun, runCommand, type Terminal } from "../command";
import { addPartner } from "./add";
import { type AskStreams, askOn, Interrupted } from "./ask";
import { removeCommand } from "./remove";
import { renameCommand } from "./rename";
import { rotateCommand } from "./rotate";
import type { Session } from "./session";
import { showCommand } from "./show";

const usage = `npm run partner -- COMMAND [ID] [OPTIONS]

Edits partner files. What it writes passes the checks; otherwise it writes nothing.

  add     a new partner
  rename  a partner's id
  remove  a partner
  rotate  a password, an SSH key, or the host key of a partner's server
  show    what a partner can do, who gets its files, what it gets

npm run partner -- COMMAND --help says more.

Exit code: 0 done, 1 refused, 2 wrong usage, 130 ended with Ctrl-C; nothing was written but with 0.`;

type Run = (ids: readonly string[], session: Session, args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: Record<string, Run> = {
  add: (ids, session, args, terminal) => runCommand(orInterrupted(addPartner(ids, session)), args, terminal),
  rename: (ids, session, args, terminal) => runCommand(orInterrupted(renameCommand(ids, session)), args, terminal),
  remove: (ids, session, args, terminal) => runCommand(orInterrupted(removeCommand(ids, session)), args, terminal),
  rotate: (ids, session, args, terminal) => runCommand(orInterrupted(rotateCommand(ids, session)), args, terminal),
  show: (ids, session, args, terminal) => runCommand(orInterrupted(showCommand(ids, session)), args, terminal),
};

/** The exit code of a process that Ctrl-C ended. */
export const interruptedCode = 130;

/** `npm run partner`. Returns the exit code. */
export async function runPartner(args: readonly string[], streams: AskStreams, terminal: Terminal): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "" || name === "--help" || name === "-h") {
    (name === "" ? terminal.warn : terminal.print)(`${usage}\n`);
    return name === "" ? cannotRun : 0;
  }
  const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!run) {
    terminal.warn(`there is no command "${name}"; ${suggestion(name, Object.keys(commands))}\n`);
    return cannotRun;
  }
  const firstOption = rest.findIndex((arg) => arg.startsWith("-"));
  const ids = firstOption < 0 ? rest : rest.slice(0, firstOption);
  const most = name === "rename" ? 2 : 1;
  if (ids.length > most) {
    terminal.warn(`what is "${ids[most]}"? See npm run partner -- ${name} --help\n`);
    return cannotRun;
  }
  const ask = askOn(streams);
  const session = { ask, terminal, readStandardInput: () => readAll(streams.input) };
  try {
    return await run(ids, session, rest.slice(ids.length), terminal);
  } finally {
    ask.close();
  }
}

/** A person who leaves gets the exit code of that, and no error. */
function orInterrupted<Command extends { run(...args: never[]): Promise<number> }>(command: Command): Command {
  const run = command.run.bind(command);
  return {
    ...command,
    run: async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        if (error instanceof Interrupted) return interruptedCode;
        throw error;
      }
    },
  };
}

async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
