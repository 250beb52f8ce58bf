import type { z } from "zod";
import type { partnerFile } from "../../domain/partner-files/definitions";
import { cidrMistake } from "../../domain/source-address";
import { askPublicKey, type NewKey, readPublicKey } from "./read-key";
import type { Session } from "./session";

type Settings = z.input<typeof partnerFile>;

export interface AskedLogin {
  login: Settings["login"];
  keys: NewKey[];
}

export interface LoginOptions {
  login?: string | undefined;
  username?: string | undefined;
  key?: string[] | undefined;
  source?: string[] | undefined;
}

const ways = [
  { value: "password", meaning: "a password, which the deployment issues" },
  { value: "keys", meaning: "SSH keys" },
  { value: "both", meaning: "either of them" },
  { value: "internal", meaning: "SSH keys, on the endpoint inside the private network" },
  { value: "none", meaning: "not at all: files are only pushed to it" },
] as const;

/** How the partner gets in. */
export async function askLogin(session: Session, id: string, options: LoginOptions): Promise<AskedLogin> {
  const { ask } = session;
  const way = await ask.choice({ option: "--login", what: "How does it log in?", given: options.login }, ways);
  if (way === "none") {
    if (options.key) throw new Error("--key has no use with --login none");
    return { login: undefined, keys: [] };
  }
  const username = await ask.text({
    option: "--username",
    what: "User name",
    given: options.username,
    fallback: id,
    mistake: (name) =>
      /^[a-z0-9_][a-z0-9_.@-]{2,99}$/.test(name) && name !== "root"
        ? undefined
        : "use 3 to 100 of a-z, 0-9, _ . @ and -, with no . @ or - first",
  });
  const keys = way === "password" ? [] : await askKeys(session, options.key ?? []);
  if (way === "password" && options.key) throw new Error("--key has no use with --login password; use --login both");
  const sources = way === "internal" ? [] : await askSources(session, options.source);
  return {
    login: {
      ...(way === "internal" && { endpoint: "internal" }),
      ...(username !== id && { username }),
      ...((way === "password" || way === "both") && { passwordVersion: 1 }),
      ...(sources.length > 0 && { sourceAddresses: sources }),
    },
    keys,
  };
}

async function askKeys(session: Session, given: readonly string[]): Promise<NewKey[]> {
  const keys: NewKey[] = [];
  for (const value of given) keys.push(await readPublicKey(session, "--key", value));
  if (keys.length === 0) keys.push(await askPublicKey(session, session.ask, "--key"));
  return withOwnNames(keys);
}

/** Two keys from one person may have the same comment. */
function withOwnNames(keys: readonly NewKey[]): NewKey[] {
  return keys.map((key, index) => {
    const namesakes = keys.slice(0, index).filter(({ name }) => name === key.name).length;
    return namesakes === 0 ? key : { ...key, name: `${key.name}-${namesakes + 1}` };
  });
}

async function askSources({ ask }: Session, given: string[] | undefined): Promise<string[]> {
  const answer = await ask.text({
    option: "--source",
    what: "Address blocks that it comes from, with commas between (Enter: from anywhere)",
    given: given?.join(","),
    fallback: "",
    mistake: (text) => {
      const wrong = list(text)
        .map((block) => cidrMistake(block))
        .find((mistake) => mistake !== undefined);
      return wrong && `${wrong.message}; ${wrong.fix}`;
    },
  });
  return list(answer);
}

/** The parts of a text with commas between. */
export const list = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
