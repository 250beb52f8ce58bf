import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { readHostKeys } from "../../domain/known-hosts";
import { isKeyMistake, parseSshPublicKey, type SshPublicKey } from "../../domain/ssh-public-key";
import type { Ask } from "./ask";
import type { Session } from "./session";

export interface NewKey {
  /** Of its file, without `.pub`. */
  name: string;
  /** As it was given, with its comment. */
  line: string;
  key: SshPublicKey;
}

/** A public key from a file, from standard input (`-`), or as the line itself. @throws where it is none. */
export async function readPublicKey({ readStandardInput }: Session, option: string, given: string): Promise<NewKey> {
  const isFile = given !== "-" && existsSync(given);
  if (!isFile && given !== "-" && !/\s/.test(given.trim())) throw new Error(`${option}: there is no file ${given}`);
  const line = (isFile ? readFileSync(given, "utf8") : given === "-" ? await readStandardInput() : given).trim();
  const key = parseSshPublicKey(line);
  if (isKeyMistake(key)) throw new Error(`${option}: ${key.message}; ${key.fix}`);
  return { name: keyName(isFile ? given : "", line), line, key };
}

/** From the file's name, else from the key's comment. */
function keyName(file: string, line: string): string {
  const comment = line.split(/\s+/)[2] ?? "";
  const name = (file === "" ? comment.replace(/@.*$/, "") : basename(file).replace(/\.pub$/, ""))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name === "" ? "login" : name;
}

/**
 * One host key to pin, from a file, standard input (`-`) or pasted lines: the output of `ssh-keyscan` or a `.pub` file.
 * Where the server has several, the strongest. A person is shown its fingerprint and says whether it is the partner's.
 * @throws where there is none, or the person says no.
 */
export async function readHostKey(session: Session, given: string | undefined, host: string): Promise<SshPublicKey> {
  const { ask, terminal } = session;
  const text = await hostKeyText(session, given, host);
  const keys = readHostKeys(text);
  if ("message" in keys) throw new Error(`--host-key: ${keys.message}; ${keys.fix}`);
  const [key] = keys;
  if (!key) throw new Error("--host-key: there is no host key here");
  for (const other of keys.slice(1)) terminal.print(`  not pinned: ${other.fingerprint} (${other.type})\n`);
  terminal.print(`  to be pinned: ${key.fingerprint} (${key.type})\n`);
  const isConfirmed = await ask.confirm(`Did somebody at the partner confirm ${key.fingerprint}`, {
    fallback: false,
    otherwise: true,
  });
  if (!isConfirmed) {
    throw new Error(
      "the host key is not confirmed, so nothing was written; ask the partner to read its fingerprint out",
    );
  }
  return key;
}

async function hostKeyText(
  { ask, readStandardInput }: Session,
  given: string | undefined,
  host: string,
): Promise<string> {
  const first = await ask.text({
    option: "--host-key",
    what: `Its host key: a file, or paste what "ssh-keyscan ${host}" prints`,
    given,
    mistake: (answer) =>
      isPasted(answer) || answer === "-" || existsSync(answer) ? undefined : `there is no file ${answer}`,
  });
  if (first === "-") return readStandardInput();
  if (!isPasted(first)) return readFileSync(first, "utf8");
  return given === undefined ? [first, ...(await ask.moreLines())].join("\n") : first;
}

const isPasted = (text: string) => text.startsWith("#") || /\s/.test(text.trim());

/** Asks for a public key. */
export async function askPublicKey(session: Session, ask: Ask, option: string): Promise<NewKey> {
  const answer = await ask.text({
    option,
    what: "SSH public key: a .pub file, or paste its line",
    mistake: (text) => {
      const key = parseSshPublicKey(existsSync(text) ? readFileSync(text, "utf8") : text);
      return isKeyMistake(key) ? `${key.message}; ${key.fix}` : undefined;
    },
  });
  return readPublicKey(session, option, answer);
}
