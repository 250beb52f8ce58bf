import { basename } from "node:path";
import { readHostKeys } from "../../domain/known-hosts";
import type { Partner } from "../../domain/partner-files/partner";
import { isKeyMistake, parseSshPublicKey, type SshPublicKey } from "../../domain/ssh-public-key";
import { Mistake } from "./ask";
import { type Given, readGiven } from "./read-given";
import type { Session } from "./session";

export interface NewKey {
  /** Of its file, without `.pub`. */
  name: string;
  /** As it was given, with its comment. */
  line: string;
  key: SshPublicKey;
  /** The file, or the line itself: what gives it again. */
  given: string;
}

/**
 * A public key that may log in, from a file, from standard input (`-`), or as the line itself. No partner has it yet,
 * and none of `others` is the same or has its name.
 */
export async function askPublicKey(
  session: Session,
  partners: readonly Partner[],
  { given, others }: { given: string | undefined; others: readonly { name: string; key?: SshPublicKey }[] },
): Promise<NewKey> {
  const owners = new Map([
    ...partners.flatMap(({ keys }) => keys.map(({ file, key }) => [key.fingerprint, file] as const)),
    ...others.flatMap(({ name, key }) => (key ? [[key.fingerprint, name] as const] : [])),
  ]);
  const names = others.map(({ name }) => name);
  const piped = await standardInput(session, "--key", given);
  return session.ask.value({
    option: "--key",
    what: "SSH public key: a .pub file, or paste its line",
    given,
    read: (answer) => {
      const source = piped ?? readGiven(answer);
      if (source instanceof Mistake) return source;
      const line = source.text.trim();
      const key = parseSshPublicKey(line);
      if (isKeyMistake(key)) return new Mistake(`${key.message}; ${key.fix}`);
      const owner = owners.get(key.fingerprint);
      if (owner !== undefined) return new Mistake(`this is the same key as ${owner}; ask for another key`);
      return { name: freeName(keyName(source.file, line), names), line, key, given: source.file ?? line };
    },
  });
}

/** From the file's name, else from the key's comment. */
function keyName(file: string | undefined, line: string): string {
  const comment = line.split(/\s+/)[2] ?? "";
  const name = (file === undefined ? comment.replace(/@.*$/, "") : basename(file).replace(/\.pub$/, ""))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name === "" ? "login" : name;
}

/** Two keys of one person may have the same comment. */
function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name}-${number}`;
  return free;
}

export interface AskedHostKey {
  key: SshPublicKey;
  /** Whether a person said that it is the partner's. Where nobody can be asked, giving it is saying so. */
  isConfirmed: boolean;
}

/**
 * One host key to pin, from a file, standard input (`-`) or pasted lines: the output of `ssh-keyscan` or a `.pub` file.
 * Where the server has several, the strongest. A person is shown its fingerprint and says whether it is the partner's.
 */
export async function askHostKey(
  session: Session,
  option: string | undefined,
  scan: { host: string; port: number },
): Promise<AskedHostKey> {
  const { ask, terminal } = session;
  const server = scan.port === 22 ? scan.host : `-p ${scan.port} ${scan.host}`;
  const piped = await standardInput(session, "--host-key", option);
  let given = option;
  for (;;) {
    const source = await ask.value({
      option: "--host-key",
      what: `Its host key: a file, or paste what "ssh-keyscan ${server}" prints`,
      given,
      read: (answer) => piped ?? readGiven(answer),
    });
    const isPasted = source.file === undefined && source.text !== given;
    const text = isPasted ? [source.text, ...(await ask.moreLines())].join("\n") : source.text;
    const keys = readHostKeys(text);
    if (!("message" in keys)) return confirmed(session, keys);
    if (!ask.isInteractive) throw new Error(`--host-key: ${keys.message}; ${keys.fix}`);
    terminal.print(`  ${keys.message}; ${keys.fix}\n`);
    given = undefined;
  }
}

async function confirmed({ ask, terminal }: Session, keys: readonly SshPublicKey[]): Promise<AskedHostKey> {
  const [key] = keys;
  if (!key) throw new Error("--host-key: there is no host key here");
  for (const other of keys.slice(1)) terminal.print(`  not pinned: ${other.fingerprint} (${other.type})\n`);
  terminal.print(`  to be pinned: ${key.fingerprint} (${key.type})\n`);
  const isConfirmed = await ask.confirm(`Did somebody at the partner confirm ${key.fingerprint}`, {
    fallback: false,
    otherwise: true,
  });
  return { key, isConfirmed };
}

/** Standard input, where an option says `-`. */
async function standardInput(
  { ask, readStandardInput }: Session,
  option: string,
  given: string | undefined,
): Promise<Given | undefined> {
  if (given !== "-") return undefined;
  if (ask.isInteractive) throw new Error(`${option}: standard input is the terminal; name a file, or paste the key`);
  return { text: await readStandardInput(), file: undefined };
}
