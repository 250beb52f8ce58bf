import type * as z from "zod";
import { host, name, type partnerFile, port, remoteUsername } from "../../domain/partner-files/definitions";
import { Mistake } from "./ask";
import { mistakeOf } from "./mistake-of";
import { askHostKey } from "./read-key";
import type { Session } from "./session";

type Destinations = NonNullable<z.input<typeof partnerFile>["destinations"]>;

export interface AskedDestination {
  name: string;
  settings: Destinations[string];
  /** Whether somebody at the partner confirmed the host key. */
  isConfirmed: boolean;
  /** The options that say the same. */
  options: DestinationOptions;
}

export interface DestinationOptions {
  destination?: string | undefined;
  authentication?: string | undefined;
  "host-key"?: string | undefined;
}

/**
 * The partner's own server, with the host key that is pinned.
 * @param known what subscriptions call it already; undefined where they take any name.
 */
export async function askDestination(
  session: Session,
  known: string | undefined,
  options: DestinationOptions,
): Promise<AskedDestination> {
  const { ask } = session;
  const server = await ask.value({
    option: "--destination",
    what: "Its SFTP server, as NAME=USER@HOST or NAME=USER@HOST:PORT, such as intake=quayside@sftp.example.com",
    given: options.destination,
    read: (answer) => readServer(answer, known),
  });
  const authentication = await ask.choice(
    {
      option: "--authentication",
      what: "How do we log in there?",
      given: options.authentication,
      fallback: "password",
    },
    [
      { value: "password", meaning: "with a password that the partner gave us" },
      { value: "key", meaning: "with a private key of ours" },
    ],
  );
  const { key, isConfirmed } = await askHostKey(session, options["host-key"], server);
  const { text, name: called, host: address, port: number, username } = server;
  return {
    name: called,
    settings: {
      host: address,
      ...(number !== 22 && { port: number }),
      username,
      authentication,
      hostKeys: [key.line],
    },
    isConfirmed,
    options: { destination: text, authentication, "host-key": key.line },
  };
}

interface Server {
  text: string;
  name: string;
  username: string;
  host: string;
  port: number;
}

function readServer(text: string, known: string | undefined): Server | Mistake {
  const form = /^(?<called>[^=]*)=(?<username>.*)@(?<address>[^@:]*)(?::(?<number>[^:/]*))?$/;
  const { called = "", username = "", address = "", number = "22" } = form.exec(text)?.groups ?? {};
  if (!form.test(text)) return new Mistake(`"${text}" is not NAME=USER@HOST[:PORT]`);
  const wrong =
    part("its name", mistakeOf(name, called)) ??
    part("the user name", mistakeOf(remoteUsername, username)) ??
    part("the host", mistakeOf(host, address)) ??
    part("the port", mistakeOf(port, /^\d+$/.test(number) ? Number(number) : number));
  if (wrong !== undefined) return new Mistake(wrong);
  if (known !== undefined && known !== called) {
    return new Mistake(`files are to be pushed to "${known}", so its name cannot be "${called}"`);
  }
  return { text, name: called, username, host: address, port: Number(number) };
}

/** A mistake of one part of an answer. */
const part = (what: string, mistake: string | undefined) => mistake?.replace(/^it /, `${what} `);
