import type { z } from "zod";
import type { partnerFile } from "../../domain/partner-files/definitions";
import { readHostKey } from "./read-key";
import type { Session } from "./session";

type Destinations = NonNullable<z.input<typeof partnerFile>["destinations"]>;

export interface AskedDestination {
  name: string;
  settings: Destinations[string];
}

export interface DestinationOptions {
  destination?: string | undefined;
  authentication?: string | undefined;
  "host-key"?: string | undefined;
}

const form = /^(?<name>[a-z][a-z0-9-]{1,38}[a-z0-9])=(?<username>[^@]+)@(?<host>[^@:]+)(?::(?<port>\d+))?$/;

/** The partner's own server, with the host key that is pinned. */
export async function askDestination(session: Session, options: DestinationOptions): Promise<AskedDestination> {
  const { ask } = session;
  const answer = await ask.text({
    option: "--destination",
    what: "Its SFTP server, as NAME=USER@HOST or NAME=USER@HOST:PORT, such as intake=quayside@sftp.example.com",
    given: options.destination,
    mistake: (text) => (form.test(text) ? undefined : `"${text}" is not NAME=USER@HOST[:PORT]`),
  });
  const { name = "", username = "", host = "", port } = form.exec(answer)?.groups ?? {};
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
  const key = await readHostKey(session, options["host-key"], port ? `-p ${port} ${host}` : host);
  return {
    name,
    settings: { host, ...(port && { port: Number(port) }), username, authentication, hostKeys: [key.line] },
  };
}
