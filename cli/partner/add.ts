import { nearest } from "../../domain/nearest";
import { newPartner } from "../../domain/partner-files/changes/new-partner";
import { fingerprintOf } from "../../domain/partner-files/changes/rotate-host-key";
import type { Command } from "../command";
import { type AskedDestination, askDestination } from "./ask-destination";
import { type AskedFiles, askFiles, toBeAsked } from "./ask-files";
import { type AskedLogin, askLogin, list } from "./ask-login";
import { type LoadedFolder, loadFolder } from "./load-folder";
import {
  confirmFingerprint,
  passwordHandOver,
  pullRequest,
  pushSecret,
  tellAddresses,
  tellNatAddresses,
} from "./next-steps";
import { saveChanges } from "./save-changes";
import { commonOptions, commonUsage, type Session } from "./session";

const options = {
  ...commonOptions,
  name: { type: "string" },
  contact: { type: "string", multiple: true },
  owner: { type: "string", multiple: true },
  login: { type: "string" },
  username: { type: "string" },
  key: { type: "string", multiple: true },
  source: { type: "string", multiple: true },
  upload: { type: "string", multiple: true },
  download: { type: "string", multiple: true },
  receive: { type: "string", multiple: true },
  destination: { type: "string" },
  authentication: { type: "string" },
  "host-key": { type: "string" },
  notify: { type: "string", multiple: true },
} as const;

const usage = `npm run partner -- add [ID] [OPTIONS]

Adds a partner. On a terminal it asks for what no option says; elsewhere the options marked * are needed.

  --name NAME          * the organisation's name
  --contact "NAME <EMAIL>"
                       * whom to call; again for another
  --login WAY          * password, keys, both, internal (SSH keys, private network only) or none
  --username NAME      its user name; its id unless told
  --key FILE           an SSH public key that may log in: a .pub file, the line itself, or - for standard input; again
                       for another
  --source BLOCK       an address block that it comes from (CIDR); again for another; from anywhere unless told
  --upload /FOLDER=GROUP
                       a folder that it uploads files of a group into; again for another
  --download /FOLDER   a folder that it only downloads from; again for another
  --receive GROUP[@PUBLISHER]=/FOLDER
  --receive GROUP[@PUBLISHER]=DESTINATION:PATH
                       what it gets, placed into a folder of its own or pushed to its server; again for another
  --destination NAME=USER@HOST[:PORT]
                       its own SFTP server
  --authentication W   how we log in there: password or key; password unless told
  --host-key FILE      its host key, to be pinned: what ssh-keyscan prints, or - for standard input. It is never fetched
  --notify EMAIL       who is told when its files fail; again for another
  --owner @ORG/TEAM    who reviews changes of its files; again for another
${commonUsage}`;

/** `npm run partner -- add`. */
export function addPartner([given]: readonly string[], session: Session): Command<typeof options> {
  return {
    usage,
    options,
    async run(values) {
      const folder = await loadFolder(values.partners);
      const { id, name } = await askName(session, folder, given, values.name);
      const contacts = await askContacts(session, values.contact);
      const login = await askLogin(session, id, values);
      const known = {
        fileGroups: folder.fileGroups.names,
        partners: folder.partners,
        hasLogin: login.login !== undefined,
      };
      const files = await askFiles(session, known, values);
      const destination = await askForPushes(session, files, values);
      const notify = await askNotify(session, contacts, values.notify);
      const changes = newPartner({
        id,
        settings: {
          name,
          contacts,
          ...(values.owner && { owners: values.owner }),
          ...(login.login && { login: login.login }),
          ...(files.folders.length > 0 && { folders: files.folders }),
          ...(destination && { destinations: { [destination.name]: destination.settings } }),
          ...(notify.length > 0 && { notifications: notify.map((email) => ({ email, events: eventsFor(files) })) }),
        },
        subscriptions: files.subscriptions,
        keys: Object.fromEntries(login.keys.map((key) => [key.name, key.line])),
      });
      return saveChanges(session, {
        folder: values.partners,
        files: folder.files,
        changes,
        isDryRun: values["dry-run"] === true,
        next: nextSteps(id, login, destination, values.stack ?? "prod"),
      });
    },
  };
}

async function askName({ ask }: Session, { partners }: LoadedFolder, givenId: string | undefined, given?: string) {
  const name = await ask.text({ option: "--name", what: "The organisation's name", given });
  const ids = partners.map((partner) => partner.id);
  const fallback = slug(name);
  const id = await ask.text({
    option: "ID",
    what: "Its id, for folder and file names",
    given: givenId,
    ...(ask.isInteractive && fallback !== "" && { fallback }),
    mistake: (answer) => {
      if (!/^[a-z][a-z0-9-]{1,30}[a-z0-9]$/.test(answer)) {
        return `"${answer}" is not 3 to 32 lower-case letters, digits and hyphens, with a letter first`;
      }
      return ids.includes(answer) ? `there is a partner "${nearest(answer, ids)}" already` : undefined;
    },
  });
  return { id, name };
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

const contactForm = /^(?<name>[^<>]+?)\s*<(?<email>[^<>\s@]+@[^<>\s@]+)>$/;

async function askContacts({ ask }: Session, given: readonly string[] | undefined) {
  const mistake = (text: string) => (contactForm.test(text) ? undefined : `"${text}" is not NAME <EMAIL>`);
  const question = { option: "--contact", what: "Whom to call there, as NAME <EMAIL>", mistake };
  const answers: string[] = [];
  for (const text of given ?? []) answers.push(await ask.text({ ...question, given: text }));
  if (answers.length === 0) answers.push(await ask.text(question));
  return answers.map((answer) => {
    const { name = "", email = "" } = contactForm.exec(answer)?.groups ?? {};
    return { name, email };
  });
}

/** The server that subscriptions push to, asked for where there is one; subscriptions that waited for its name get it. */
async function askForPushes(
  session: Session,
  { subscriptions }: AskedFiles,
  values: Parameters<typeof askDestination>[1],
): Promise<AskedDestination | undefined> {
  const pushes = Object.values(subscriptions).flatMap(({ deliver }) => deliver.push ?? []);
  if (pushes.length === 0 && values.destination === undefined) return undefined;
  const destination = await askDestination(session, values);
  for (const push of pushes) if (push.destination === toBeAsked) push.destination = destination.name;
  return destination;
}

async function askNotify({ ask }: Session, contacts: readonly { email: string }[], given: string[] | undefined) {
  if (given || !ask.isInteractive) return given ?? [];
  const answer = await ask.text({
    option: "--notify",
    what: "Who is told when files fail, with commas between (- for nobody)",
    fallback: contacts[0]?.email ?? "-",
  });
  return answer === "-" ? [] : list(answer);
}

/** Failures of what it sends, and of what it gets. */
function eventsFor({ folders, subscriptions }: AskedFiles) {
  const uploads = folders.some(({ access }) => access !== "download");
  const gets = Object.keys(subscriptions).length > 0;
  return [
    ...(uploads ? (["transfer.truncated", "transfer.held"] as const) : []),
    ...(gets || !uploads ? (["delivery.failed"] as const) : []),
  ];
}

function nextSteps(
  id: string,
  { login }: AskedLogin,
  destination: AskedDestination | undefined,
  stack: string,
): string[] {
  return [
    pullRequest("the new partner"),
    ...(login?.passwordVersion === undefined ? [] : [passwordHandOver(stack, login.username ?? id)]),
    ...(login && login.endpoint !== "internal" ? [tellAddresses(stack)] : []),
    ...(destination
      ? [
          confirmFingerprint(destination.name, destination.settings.hostKeys.map(fingerprintOf).join(" or ")),
          pushSecret(stack, { originalId: id }, destination.name, destination.settings.authentication),
          tellNatAddresses(stack),
        ]
      : []),
  ];
}
