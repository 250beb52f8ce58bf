import type { z } from "zod";
import type { partnerFile, subscriptionFile } from "../../domain/partner-files/definitions";
import type { Partner } from "../../domain/partner-files/partner";
import { list } from "./ask-login";
import type { Session } from "./session";

type Folders = NonNullable<z.input<typeof partnerFile>["folders"]>;
type Subscription = z.input<typeof subscriptionFile>;

export interface FilesOptions {
  upload?: string[] | undefined;
  download?: string[] | undefined;
  receive?: string[] | undefined;
}

export interface AskedFiles {
  folders: Folders;
  /** By name. */
  subscriptions: Record<string, Subscription>;
}

/** What there is to choose from. */
export interface Known {
  fileGroups: readonly string[];
  partners: readonly Partner[];
  /** Whether the partner logs in: without, it can only be pushed to. */
  hasLogin: boolean;
}

/** What the partner uploads and what it receives. */
export async function askFiles(session: Session, known: Known, options: FilesOptions): Promise<AskedFiles> {
  const { isInteractive } = session.ask;
  const uploads = options.upload ?? (isInteractive && known.hasLogin ? await askUploads(session, known) : []);
  const receives = options.receive ?? (isInteractive ? await askReceives(session, known, uploads) : []);
  const folders: Folders = [
    ...uploads.map(parseUpload),
    ...(options.download ?? []).map((virtualPath) => ({ virtualPath, access: "download" as const })),
  ];
  const subscriptions: Record<string, Subscription> = {};
  for (const { name, subscription } of receives.map(parseReceive)) {
    if (name in subscriptions) throw new Error(`--receive: there are two subscriptions "${name}"; add one by hand`);
    subscriptions[name] = subscription;
    const placed = subscription.deliver.place?.virtualPath;
    if (placed !== undefined && !folders.some(({ virtualPath }) => virtualPath === placed)) {
      folders.push({ virtualPath: placed, access: "download" });
    }
  }
  return { folders, subscriptions };
}

function parseUpload(text: string): Folders[number] {
  const [virtualPath = "", fileGroup, ...rest] = text.split("=");
  if (!virtualPath.startsWith("/") || !fileGroup || rest.length > 0) {
    throw new Error(`--upload: "${text}" is not /FOLDER=FILE-GROUP`);
  }
  return { virtualPath, access: "upload", fileGroup };
}

/** `claims@clinic=/claims` is placed, `claims=intake:inbox/claims` is pushed. */
function parseReceive(text: string): { name: string; subscription: Subscription } {
  const {
    group = "",
    publisher,
    where = "",
  } = /^(?<group>[^@=]+)(?:@(?<publisher>[^=]+))?=(?<where>.+)$/.exec(text)?.groups ?? {};
  const push = /^(?<destination>[^/:]+):(?<remotePath>.+)$/.exec(where)?.groups;
  if (group === "" || (!push && !where.startsWith("/"))) {
    throw new Error(`--receive: "${text}" is not GROUP[@PUBLISHER]=/FOLDER or GROUP[@PUBLISHER]=DESTINATION:PATH`);
  }
  const { destination = "", remotePath = "" } = push ?? {};
  const name = publisher === undefined ? group : `${group}-${publisher}`;
  return {
    name: name.slice(0, 40).replace(/-+$/, ""),
    subscription: {
      fileGroup: group,
      ...(publisher !== undefined && { publisher }),
      deliver: push ? { push: { destination, remotePath } } : { place: { virtualPath: where } },
    },
  };
}

async function askGroups({ ask }: Session, { fileGroups }: Known, option: string, what: string): Promise<string[]> {
  const answer = await ask.text({
    option,
    what: `${what} (${fileGroups.join(", ")}; Enter: none)`,
    fallback: "",
    mistake: (text) => {
      const unknown = list(text).find((group) => !fileGroups.includes(group));
      return unknown && `there is no file group "${unknown}"; a new one is declared in file-groups.yaml first`;
    },
  });
  return list(answer);
}

async function askUploads(session: Session, known: Known): Promise<string[]> {
  const uploads: string[] = [];
  for (const group of await askGroups(session, known, "--upload", "Which files does it send")) {
    const folder = await askFolder(session, `Folder for its ${group}`, `/${group}`);
    uploads.push(`${folder}=${group}`);
  }
  return uploads;
}

async function askReceives(session: Session, known: Known, uploads: readonly string[]): Promise<string[]> {
  const { ask } = session;
  const receives: string[] = [];
  for (const group of await askGroups(session, known, "--receive", "Which files does it get")) {
    const publishers = known.partners
      .filter(({ settings }) => settings.folders.some(({ fileGroup }) => fileGroup === group))
      .map(({ id }) => id);
    const publisher = await ask.text({
      option: "--receive",
      what: `From which partner (${publishers.join(", ") || "nobody uploads them yet"}; Enter: from everyone)`,
      fallback: "",
      mistake: (id) => (id === "" || publishers.includes(id) ? undefined : `"${id}" uploads no ${group}`),
    });
    const way = known.hasLogin
      ? await ask.choice({ option: "--receive", what: "How?", fallback: "place" }, [
          { value: "place", meaning: "in a folder here, from which it downloads" },
          { value: "push", meaning: "pushed to its own SFTP server" },
        ])
      : "push";
    const which = publisher === "" ? group : `${group}@${publisher}`;
    receives.push(
      `${which}=${way === "place" ? await askPlace(session, group, uploads) : await askPush(session, group)}`,
    );
  }
  return receives;
}

function askPlace(session: Session, group: string, uploads: readonly string[]): Promise<string> {
  const isTaken = uploads.some((upload) => upload.startsWith(`/${group}=`));
  return askFolder(session, `Folder for the ${group} that it gets`, isTaken ? `/incoming-${group}` : `/${group}`);
}

/** The destination's name is filled in when the server has been asked for. */
export const toBeAsked = "?";

async function askPush({ ask }: Session, group: string): Promise<string> {
  const remotePath = await ask.text({
    option: "--receive",
    what: "Folder on its server, which must exist",
    fallback: `inbox/${group}`,
  });
  return `${toBeAsked}:${remotePath}`;
}

function askFolder({ ask }: Session, what: string, fallback: string): Promise<string> {
  return ask.text({
    option: "--upload",
    what,
    fallback,
    mistake: (path) => (/^(\/[^/*?$\\=]+)+$/.test(path) ? undefined : 'write a path like "/claims"'),
  });
}
