import type * as z from "zod";
import { type partnerFile, username as usernameForm } from "../../domain/partner-files/definitions";
import { usernameOf } from "../../domain/partner-files/username-of";
import { cidrMistake } from "../../domain/source-address";
import type { LoadedFolder } from "./load-folder";
import { mistakeOf } from "./mistake-of";
import { askPublicKey, type NewKey } from "./read-key";
import type { Session } from "./session";

type Settings = z.input<typeof partnerFile>;

export interface AskedLogin {
  login: Settings["login"];
  keys: NewKey[];
  /** The options that say the same. */
  options: LoginOptions;
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

type Way = (typeof ways)[number]["value"];

/** Options that say nothing with a way of logging in. */
const useless: Record<Way, readonly (keyof LoginOptions | "upload" | "download")[]> = {
  password: ["key"],
  keys: [],
  both: [],
  internal: ["source"],
  none: ["username", "key", "source", "upload", "download"],
};

/** How the partner gets in. */
export async function askLogin(
  session: Session,
  id: string,
  folder: LoadedFolder,
  options: LoginOptions & { upload?: string[] | undefined; download?: string[] | undefined },
): Promise<AskedLogin> {
  const { ask } = session;
  const way = await ask.choice({ option: "--login", what: "How does it log in?", given: options.login }, ways);
  for (const option of useless[way]) {
    if (options[option] === undefined) continue;
    const better = way === "password" && option === "key" ? "; use --login both" : "";
    throw new Error(`--${option} has no use with --login ${way}${better}`);
  }
  if (way === "none") return { login: undefined, keys: [], options: { login: way } };
  const username = await ask.text({
    option: "--username",
    what: "User name",
    given: options.username,
    fallback: id,
    mistake: (name) => usernameMistake(name, folder),
  });
  const keys = way === "password" ? [] : await askKeys(session, folder, options.key ?? []);
  const sources = way === "internal" ? [] : await askSources(session, options.source);
  return {
    login: {
      ...(way === "internal" && { endpoint: "internal" }),
      ...(username !== id && { username }),
      ...((way === "password" || way === "both") && { passwordVersion: 1 }),
      ...(sources.length > 0 && { sourceAddresses: sources }),
    },
    keys,
    options: {
      login: way,
      username,
      key: keys.map(({ given }) => given),
      ...(way !== "internal" && { source: sources }),
    },
  };
}

function usernameMistake(name: string, { partners }: LoadedFolder): string | undefined {
  if (name === "root") return 'Transfer Family refuses the user name "root"';
  const owner = partners.find((partner) => usernameOf(partner) === name);
  return mistakeOf(usernameForm, name) ?? (owner && `"${name}" is already the user name of ${owner.id}`);
}

async function askKeys(session: Session, folder: LoadedFolder, given: readonly string[]): Promise<NewKey[]> {
  const keys: NewKey[] = [];
  for (const answer of given.length === 0 ? [undefined] : given) {
    keys.push(await askPublicKey(session, folder.partners, { given: answer, others: keys }));
  }
  return keys;
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

/** The parts of a text with commas between, each once. */
export const list = (text: string) => [
  ...new Set(
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
];
