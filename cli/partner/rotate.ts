import { partnerAccess } from "../../domain/partner-access";
import type { FileChanges } from "../../domain/partner-files/changes/file-changes";
import { addHostKey, dropHostKey, fingerprintOf } from "../../domain/partner-files/changes/rotate-host-key";
import { rotateKey, rotatePassword } from "../../domain/partner-files/changes/rotate-login";
import type { Partner } from "../../domain/partner-files/partner";
import type { Command } from "../command";
import { choosePartner, type LoadedFolder, loadFolder } from "./load-folder";
import { confirmFingerprint, passwordHandOver, pullRequest } from "./next-steps";
import { askHostKey, askPublicKey } from "./read-key";
import { saveChanges } from "./save-changes";
import { commonOptions, commonUsage, type Session } from "./session";

const options = {
  ...commonOptions,
  password: { type: "boolean", default: false },
  key: { type: "string" },
  drop: { type: "string" },
  destination: { type: "string" },
  "host-key": { type: "string" },
  finish: { type: "boolean", default: false },
} as const;

const usage = `npm run partner -- rotate [ID] [OPTIONS]

Changes what a partner logs in with, or the host key of one of its servers. On a terminal it asks which.

  --password          have a new password issued; the old one ends with the deployment
  --key FILE          let another SSH public key in: a .pub file, the line itself, or - for standard input
  --drop FILE         let a key in no longer; together with --key, at once
  --destination NAME --host-key FILE
                      pin a second host key of that server: what ssh-keyscan prints, or - for standard input
  --destination NAME --finish [--drop FINGERPRINT]
                      the server has changed: unpin the first host key, or the one with the fingerprint
${commonUsage(22)}`;

type Values = { [Option in "key" | "drop" | "destination" | "host-key"]?: string | undefined } & {
  password?: boolean | undefined;
  finish?: boolean | undefined;
};

/** What is to change, and what then comes next. */
interface Rotation {
  changes: FileChanges;
  next: string[];
}

/** `npm run partner -- rotate`. */
export function rotateCommand([given]: readonly string[], session: Session): Command<typeof options> {
  return {
    usage,
    options,
    async run(values) {
      const folder = await loadFolder(values.partners);
      const partner = await choosePartner(session.ask, folder, given);
      const what = await whatToRotate(session, partner, values);
      const { changes, next } = await rotations[what](session, folder, partner, values, values.stack ?? "prod");
      return saveChanges(session, {
        folder: values.partners,
        files: folder.files,
        changes,
        isDryRun: values["dry-run"] === true,
        next: [pullRequest("the change"), ...next],
      });
    },
  };
}

type What = "password" | "key" | "host-key" | "finish";

async function whatToRotate({ ask }: Session, { settings }: Partner, values: Values): Promise<What> {
  const named: What[] = [
    ...(values.password ? ["password" as const] : []),
    ...(values["host-key"] !== undefined ? ["host-key" as const] : []),
    ...(values.finish ? ["finish" as const] : []),
    ...(values.key !== undefined || (values.drop !== undefined && !values.finish) ? ["key" as const] : []),
  ];
  if (named.length > 1) throw new Error(`rotate one thing at a time, not ${named.join(" and ")}; see --help`);
  if (named[0]) {
    if (values.destination !== undefined && (named[0] === "password" || named[0] === "key")) {
      throw new Error("--destination has no use here; it goes with --host-key or --finish; see --help");
    }
    return named[0];
  }
  if (!ask.isInteractive)
    throw new Error("say what to rotate: --password, --key, --drop, --host-key or --finish; see --help");
  const servers = Object.values(settings.destinations);
  return ask.choice({ option: "--password", what: "What changes?" }, [
    ...(settings.login?.passwordVersion === undefined
      ? []
      : [{ value: "password" as const, meaning: "its password: a new one is issued" }]),
    ...(settings.login ? [{ value: "key" as const, meaning: "the SSH keys that it logs in with" }] : []),
    ...(servers.some(({ hostKeys }) => hostKeys.length === 1)
      ? [{ value: "host-key" as const, meaning: "its server gets another host key: pin both" }]
      : []),
    ...(servers.some(({ hostKeys }) => hostKeys.length > 1)
      ? [{ value: "finish" as const, meaning: "its server has the new host key: unpin the old one" }]
      : []),
  ]);
}

type Rotate = (
  session: Session,
  folder: LoadedFolder,
  partner: Partner,
  values: Values,
  stack: string,
) => Promise<Rotation>;

const rotations: Record<What, Rotate> = {
  async password(_session, { files }, partner, _values, stack) {
    const { username } = partnerAccess(partner);
    return {
      changes: rotatePassword(files, partner),
      next: [
        "The old password ends with the deployment, so agree on a time with the partner before you merge.",
        passwordHandOver(stack, username ?? partner.id),
      ],
    };
  },

  async key(session, folder, partner, { key, drop }) {
    const isOnlyDropped = key === undefined && drop !== undefined;
    const others = partner.keys.map(({ file }) => ({ name: file.slice(`${partner.id}/keys/`.length, -".pub".length) }));
    const add = isOnlyDropped ? undefined : await askPublicKey(session, folder.partners, { given: key, others });
    const dropped = drop ?? (key === undefined ? await askDrop(session, partner) : undefined);
    return {
      changes: rotateKey(partner, { add, drop: dropped }),
      next: [
        ...(add ? [`Have the partner confirm the fingerprint of its key: ${add.key.fingerprint}`] : []),
        ...(add && dropped === undefined && partner.keys.length > 0 ? [bothKeys(partner)] : []),
      ],
    };
  },

  async "host-key"(session, { files }, partner, values) {
    const destination = await askDestinationName(session, partner, values.destination, 1);
    const server = partner.settings.destinations[destination] ?? { host: "", port: 22 };
    const { key, isConfirmed } = await askHostKey(session, values["host-key"], server);
    if (!isConfirmed) {
      throw new Error(
        "the host key is not confirmed, so nothing was written; ask the partner to read its fingerprint out",
      );
    }
    return {
      changes: addHostKey(files, partner, destination, key.line),
      next: [
        confirmFingerprint(destination, key.fingerprint),
        `When the server has changed: npm run partner -- rotate ${partner.id} --destination ${destination} --finish`,
      ],
    };
  },

  async finish(session, { files }, partner, values) {
    const destination = await askDestinationName(session, partner, values.destination, 2);
    const changes = dropHostKey(files, partner, destination, values.drop);
    const keys = partner.settings.destinations[destination]?.hostKeys.map(fingerprintOf) ?? [];
    const dropped = values.drop ?? keys[0];
    return {
      changes,
      next: [
        `From the deployment on, deliveries stop where the server still shows ${dropped}; ${keys.find((key) => key !== dropped)} is left.`,
        `Comments in ${partner.id}/partner.yaml stay as they are; look whether one still speaks of the change.`,
      ],
    };
  },
};

function bothKeys({ id, keys }: Partner): string {
  const names = keys.map(({ file }) => file.slice(`${id}/keys/`.length));
  const which = names.length === 1 ? names[0] : `FILE (${names.join(", ")})`;
  return `From the deployment on, the old and the new key log in. When the partner uses the new one: npm run partner -- rotate ${id} --drop ${which}`;
}

async function askDrop({ ask }: Session, { id, keys }: Partner): Promise<string | undefined> {
  if (keys.length === 0) return undefined;
  const names = keys.map(({ file }) => file.slice(`${id}/keys/`.length));
  const answer = await ask.text({
    option: "--drop",
    what: `Which key ends at once (${names.join(", ")}; Enter: none, they overlap)`,
    fallback: "",
    mistake: (name) => (name === "" || names.includes(name) ? undefined : `there is no key ${name}`),
  });
  return answer === "" ? undefined : answer;
}

/** @param hostKeys how many host keys it has pinned. */
async function askDestinationName(
  { ask }: Session,
  { id, settings }: Partner,
  given: string | undefined,
  hostKeys: number,
): Promise<string> {
  const names = Object.entries(settings.destinations)
    .filter(([, destination]) => given !== undefined || destination.hostKeys.length === hostKeys)
    .map(([name]) => name);
  if (names.length === 0) {
    const has =
      Object.keys(settings.destinations).length === 0 ? "no server" : "no server with such a host key to change";
    throw new Error(`${id} has ${has}`);
  }
  return ask.text({
    option: "--destination",
    what: `Which of its servers (${names.join(", ")})`,
    given,
    ...(names.length === 1 && { fallback: names[0] }),
    mistake: (name) => (names.includes(name) ? undefined : `${id} has no destination "${name}"`),
  });
}
