import { newPartner } from "../../domain/partner-files/changes/new-partner";
import { fingerprintOf } from "../../domain/partner-files/changes/rotate-host-key";
import { email } from "../../domain/partner-files/definitions";
import type { Command } from "../command";
import { type AskedDestination, askDestination, type DestinationOptions } from "./ask-destination";
import { type AskedFiles, askFiles, filesOptions, foldersOf, subscriptionsOf } from "./ask-files";
import { type AskedIdentity, askIdentity } from "./ask-identity";
import { type AskedLogin, askLogin, list } from "./ask-login";
import { commandLine } from "./command-line";
import { type LoadedFolder, loadFolder } from "./load-folder";
import { mistakeOf } from "./mistake-of";
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

Adds a partner. On a terminal it asks for what no option says (an empty one says "none"); elsewhere the options marked *
are needed.

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
${commonUsage(23)}`;

/** `npm run partner -- add`. */
export function addPartner([given]: readonly string[], session: Session): Command<typeof options> {
  return {
    usage,
    options,
    async run(values) {
      const folder = await loadFolder(values.partners);
      warnOfProblems(session, folder, values.partners);
      const { id, name, contacts, owners } = await askIdentity(session, folder, given, values);
      const login = await askLogin(session, id, folder, values);
      const files = await askFiles(session, { folder, id, hasLogin: login.login !== undefined }, values);
      const notify = await askNotify(session, folder, contacts, values.notify);
      const destination = await askForPushes(session, files, values);
      const changes = newPartner({
        id,
        settings: {
          name,
          contacts,
          ...(owners.length > 0 && { owners }),
          ...(login.login && { login: login.login }),
          ...(foldersOf(files).length > 0 && { folders: foldersOf(files) }),
          ...(destination && { destinations: { [destination.name]: destination.settings } }),
          ...(notify.length > 0 && {
            notifications: notify.map((address) => ({ email: address, events: eventsFor(files) })),
          }),
        },
        subscriptions: subscriptionsOf(files, destination?.name),
        keys: Object.fromEntries(login.keys.map((key) => [key.name, key.line])),
      });
      const save = () =>
        saveChanges(session, {
          folder: values.partners,
          files: folder.files,
          changes,
          isDryRun: values["dry-run"] === true,
          next: nextSteps(id, login, destination, values.stack ?? "prod"),
        });
      const again = oneLine({ id, name, contacts, owners }, login, files, notify, destination, values);
      return keepingAnswers(session, again, () => {
        if (destination?.isConfirmed !== false) return save();
        session.terminal.warn(
          "The host key is not confirmed, so nothing was written. Ask the partner to read its fingerprint out.\n",
        );
        return 1;
      });
    },
  };
}

/** The command that gives all answers, so that nothing is asked but whether the host key is confirmed. */
function oneLine(
  { id, name, contacts, owners }: AskedIdentity,
  login: AskedLogin,
  files: AskedFiles,
  notify: readonly string[],
  destination: AskedDestination | undefined,
  { partners, stack, "dry-run": isDryRun }: { partners: string; stack: string; "dry-run": boolean },
): string {
  const { upload, download, receive } = filesOptions(files, destination?.name);
  return commandLine("add", id, {
    name,
    contact: contacts.map((contact) => `${contact.name} <${contact.email}>`),
    owner: owners,
    ...login.options,
    ...(login.options.source && { source: orNone(login.options.source) }),
    ...(login.login && { upload: orNone(upload) }),
    download,
    receive: orNone(receive),
    notify: orNone(notify),
    ...destination?.options,
    ...(partners !== options.partners.default && { partners }),
    ...(stack !== options.stack.default && { stack }),
    "dry-run": isDryRun,
  });
}

/** What would be asked for where nothing is said. */
const orNone = (values: readonly string[] = []) => (values.length === 0 ? [""] : values);

/** A new partner is refused where the others have problems, unless it ends them: better said before the questions. */
function warnOfProblems({ ask, terminal }: Session, { problems }: LoadedFolder, path: string): void {
  if (!ask.isInteractive || problems.length === 0) return;
  const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  terminal.warn(`${path}/ has ${many} (npm run check lists them), and nothing is written while there are any.\n`);
}

/** Whatever keeps the answers of a person from being written, they need not be typed again. */
function keepingAnswers({ ask, terminal }: Session, again: string, save: () => number): number {
  let code = 1;
  try {
    code = save();
    return code;
  } finally {
    if (code !== 0 && ask.isInteractive) {
      terminal.warn(`Your answers in one line, to be changed or run again:\n  ${again}\n`);
    }
  }
}

/** The server that subscriptions push to, asked for where there is one; subscriptions that waited for its name get it. */
async function askForPushes(
  session: Session,
  { receives }: AskedFiles,
  values: DestinationOptions,
): Promise<AskedDestination | undefined> {
  const pushes = receives.flatMap(({ where }) => ("remotePath" in where ? [where.destination] : []));
  if (pushes.length === 0) {
    for (const option of ["destination", "authentication", "host-key"] as const) {
      if (values[option] === undefined) continue;
      const useless = `--${option} has no use without --receive GROUP=DESTINATION:PATH, which pushes there`;
      if (!session.ask.isInteractive) throw new Error(useless);
      session.terminal.warn(`  left out: ${useless}\n`);
    }
    return undefined;
  }
  const [name] = pushes.filter((known) => known !== undefined);
  return askDestination(session, name, values);
}

async function askNotify(
  { ask }: Session,
  { partners }: LoadedFolder,
  contacts: readonly { email: string }[],
  given: string[] | undefined,
): Promise<string[]> {
  if (!given && !ask.isInteractive) return [];
  const owners = new Map(
    partners.flatMap(({ id, settings }) => settings.notifications.map((told) => [told.email.toLowerCase(), id])),
  );
  const mistake = (address: string) => {
    const owner = owners.get(address.toLowerCase());
    return (
      mistakeOf(email, address) ??
      (owner && `"${address}" is told of ${owner} already, and SNS keeps one subscription for an address`)
    );
  };
  const answer = await ask.text({
    option: "--notify",
    what: "Who is told when files fail, with commas between (- for nobody)",
    given: given?.join(","),
    fallback: contacts[0]?.email ?? "-",
    mistake: (text) =>
      text === "-"
        ? undefined
        : list(text)
            .map(mistake)
            .find((wrong) => wrong !== undefined),
  });
  return answer === "-" ? [] : list(answer);
}

/** Failures of what it sends, and of what it gets. */
function eventsFor({ uploads, receives }: AskedFiles) {
  return [
    ...(uploads.length > 0 ? (["transfer.truncated", "transfer.held", "transfer.quarantined"] as const) : []),
    ...(receives.length > 0 || uploads.length === 0 ? (["delivery.failed"] as const) : []),
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
