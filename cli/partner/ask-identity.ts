import { contactName, email, owner, partnerId, partnerName } from "../../domain/partner-files/definitions";
import { formerIds } from "../../domain/partner-files/former-ids";
import { Mistake } from "./ask";
import type { LoadedFolder } from "./load-folder";
import { mistakeOf } from "./mistake-of";
import type { Session } from "./session";

export interface IdentityOptions {
  name?: string | undefined;
  contact?: string[] | undefined;
  owner?: string[] | undefined;
}

export interface AskedIdentity {
  id: string;
  name: string;
  contacts: { name: string; email: string }[];
  owners: string[];
}

/** Who the partner is, and whom to call there. */
export async function askIdentity(
  session: Session,
  folder: LoadedFolder,
  givenId: string | undefined,
  options: IdentityOptions,
): Promise<AskedIdentity> {
  const { ask } = session;
  const name = await ask.text({
    option: "--name",
    what: "The organisation's name",
    given: options.name,
    mistake: (answer) => mistakeOf(partnerName, answer),
  });
  const id = await ask.text({
    option: "ID",
    what: "Its id, for folder and file names",
    given: givenId,
    // A script says it, so that no slip in a name becomes one in an id.
    ...(ask.isInteractive && { fallback: slug(name) }),
    mistake: (answer) => idMistake(answer, folder),
  });
  const contacts = await askContacts(session, options.contact);
  const owners: string[] = [];
  for (const given of options.owner ?? []) {
    const what = "Who reviews changes of its files";
    owners.push(await ask.text({ option: "--owner", what, given, mistake: (answer) => mistakeOf(owner, answer) }));
  }
  return { id, name, contacts, owners };
}

/** Why no partner can get this id; undefined where one can. */
export function idMistake(id: string, { files, partners }: Pick<LoadedFolder, "files" | "partners">) {
  const wrong = mistakeOf(partnerId, id);
  if (wrong !== undefined) return wrong;
  // Also one whose own files are too broken to be among the partners.
  if ([...files.keys()].some((path) => path.startsWith(`${id}/`))) return `there is a partner "${id}" already`;
  const former = partners.find((partner) => formerIds(partner).includes(id));
  return former && `${former.id} was "${id}" before, and keeps its files under that name`;
}

/** `Böhm & Sons, Ltd.` → `bohm-sons-ltd`. */
const slug = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");

async function askContacts({ ask }: Session, given: readonly string[] | undefined) {
  const contacts: AskedIdentity["contacts"] = [];
  for (const answer of given ?? [undefined]) {
    contacts.push(
      await ask.value({
        option: "--contact",
        what: "Whom to call there, as NAME <EMAIL>",
        given: answer,
        read: readContact,
      }),
    );
  }
  return contacts;
}

function readContact(text: string): { name: string; email: string } | Mistake {
  const groups = /^(?<name>[^<>]*?)\s*<\s*(?<address>[^<>]*?)\s*>$/.exec(text.trim())?.groups;
  if (!groups) return new Mistake(`"${text}" is not NAME <EMAIL>`);
  const { name = "", address = "" } = groups;
  const wrong = mistakeOf(contactName, name) ?? mistakeOf(email, address);
  return wrong === undefined ? { name, email: address } : new Mistake(wrong);
}
