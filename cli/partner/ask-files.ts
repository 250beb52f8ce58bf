import type * as z from "zod";
import { someOf, suggestion } from "../../domain/nearest";
import {
  absolutePath,
  name as nameForm,
  type partnerFile,
  remotePath as remotePathForm,
  type subscriptionFile,
} from "../../domain/partner-files/definitions";
import { folderMistake } from "../../domain/partner-files/folder-mistake";
import { Mistake } from "./ask";
import { list } from "./ask-login";
import type { LoadedFolder } from "./load-folder";
import { mistakeOf } from "./mistake-of";
import type { Session } from "./session";

type Folders = NonNullable<z.input<typeof partnerFile>["folders"]>;
type Subscription = z.input<typeof subscriptionFile>;

export interface FilesOptions {
  upload?: string[] | undefined;
  download?: string[] | undefined;
  receive?: string[] | undefined;
}

/** What the partner uploads and what it receives. */
export interface AskedFiles {
  uploads: { virtualPath: string; fileGroup: string }[];
  /** Folders that it only downloads from. */
  downloads: string[];
  receives: Receive[];
}

interface Receive {
  fileGroup: string;
  /** Undefined: everyone. */
  publisher: string | undefined;
  /** A destination without a name is the one that is asked for later. */
  where: { virtualPath: string } | { destination: string | undefined; remotePath: string };
}

/** What there is to choose from. */
export interface Known {
  folder: LoadedFolder;
  id: string;
  /** Whether the partner logs in: without, it can only be pushed to. */
  hasLogin: boolean;
}

export async function askFiles(session: Session, known: Known, options: FilesOptions): Promise<AskedFiles> {
  const { ask } = session;
  const asked: AskedFiles = { uploads: [], downloads: [], receives: [] };
  for (const given of named(options.upload)) {
    const what = "What it uploads, as /FOLDER=GROUP";
    asked.uploads.push(
      await ask.value({ option: "--upload", what, given, read: (text) => readUpload(text, known, asked) }),
    );
  }
  for (const given of named(options.download)) {
    const mistake = (path: string) => newFolderMistake(path, asked);
    const what = "A folder that it downloads from";
    asked.downloads.push(await ask.text({ option: "--download", what, given, mistake }));
  }
  for (const given of named(options.receive)) {
    const what = "What it gets, as GROUP[@PUBLISHER]=/FOLDER or GROUP[@PUBLISHER]=DESTINATION:PATH";
    asked.receives.push(
      await ask.value({ option: "--receive", what, given, read: (text) => readReceive(text, known, asked) }),
    );
  }
  if (ask.isInteractive) {
    if (!options.upload && known.hasLogin) await askUploads(session, known, asked);
    if (!options.receive) await askReceives(session, known, asked);
  }
  if (known.hasLogin && foldersOf(asked).length === 0) {
    asked.downloads.push(
      await ask.text({
        option: "--download",
        what: "A folder that it downloads from, because its login would see none",
        ...(ask.isInteractive && { fallback: "/download" }),
        mistake: (path) => newFolderMistake(path, asked),
      }),
    );
  }
  return asked;
}

/** An empty value says "none", so that nobody is asked. */
const named = (values: readonly string[] = []) => values.filter((value) => value !== "");

/** Everything that the partner sees. What is placed needs a folder, which is made where there is none. */
export function foldersOf({ uploads, downloads, receives }: AskedFiles): Folders {
  const placed = receives.flatMap(({ where }) => ("virtualPath" in where ? where.virtualPath : []));
  return [
    ...uploads.map(({ virtualPath, fileGroup }) => ({ virtualPath, access: "upload" as const, fileGroup })),
    ...[...new Set([...downloads, ...placed])].map((virtualPath) => ({ virtualPath, access: "download" as const })),
  ];
}

/** The subscriptions by name. */
export function subscriptionsOf({ receives }: AskedFiles, destination = ""): Record<string, Subscription> {
  return Object.fromEntries(
    receives.map((receive) => {
      const { fileGroup, publisher, where } = receive;
      const deliver =
        "virtualPath" in where
          ? { place: { virtualPath: where.virtualPath } }
          : { push: { destination: where.destination ?? destination, remotePath: where.remotePath } };
      return [subscriptionName(receive), { fileGroup, ...(publisher !== undefined && { publisher }), deliver }];
    }),
  );
}

/** The options that say the same. */
export function filesOptions({ uploads, downloads, receives }: AskedFiles, destination = ""): FilesOptions {
  return {
    upload: uploads.map(({ virtualPath, fileGroup }) => `${virtualPath}=${fileGroup}`),
    download: downloads,
    receive: receives.map(({ fileGroup, publisher, where }) => {
      const which = publisher === undefined ? fileGroup : `${fileGroup}@${publisher}`;
      if ("virtualPath" in where) return `${which}=${where.virtualPath}`;
      return `${which}=${where.destination ?? destination}:${where.remotePath}`;
    }),
  };
}

const subscriptionName = ({ fileGroup, publisher }: Pick<Receive, "fileGroup" | "publisher">) =>
  (publisher === undefined ? fileGroup : `${fileGroup}-${publisher}`).slice(0, 40).replace(/-+$/, "");

function readUpload(text: string, known: Known, asked: AskedFiles): AskedFiles["uploads"][number] | Mistake {
  const { virtualPath, fileGroup } = /^(?<virtualPath>\/.*)=(?<fileGroup>[^=]+)$/.exec(text)?.groups ?? {};
  if (virtualPath === undefined || fileGroup === undefined) return new Mistake(`"${text}" is not /FOLDER=FILE-GROUP`);
  const wrong = newFolderMistake(virtualPath, asked) ?? groupMistake(fileGroup, known);
  return wrong === undefined ? { virtualPath, fileGroup } : new Mistake(wrong);
}

/** `claims@clinic=/claims` is placed, `claims=intake:inbox/claims` is pushed. */
function readReceive(text: string, known: Known, asked: AskedFiles): Receive | Mistake {
  const form = /^(?<fileGroup>[^@=]+)(?:@(?<publisher>[^=]+))?=(?:(?<virtualPath>\/.*)|(?<name>[^/:]+):(?<path>.*))$/;
  const { fileGroup, publisher, virtualPath, name = "", path = "" } = form.exec(text)?.groups ?? {};
  if (fileGroup === undefined) {
    return new Mistake(`"${text}" is not GROUP[@PUBLISHER]=/FOLDER or GROUP[@PUBLISHER]=DESTINATION:PATH`);
  }
  const taken = asked.receives.map(subscriptionName);
  const called = subscriptionName({ fileGroup, publisher });
  const wrong =
    groupMistake(fileGroup, known) ??
    (publisher === undefined ? undefined : publisherMistake(publisher, fileGroup, known, asked)) ??
    (taken.includes(called) ? `there are two subscriptions "${called}"; add one by hand` : undefined) ??
    (virtualPath === undefined
      ? (destinationMistake(name, asked) ?? mistakeOf(remotePathForm, path))
      : placeMistake(virtualPath, known, asked));
  if (wrong !== undefined) return new Mistake(wrong);
  const where = virtualPath === undefined ? { destination: name, remotePath: path } : { virtualPath };
  return { fileGroup, publisher, where };
}

function destinationMistake(name: string, { receives }: AskedFiles): string | undefined {
  const other = receives.flatMap(({ where }) => ("remotePath" in where ? (where.destination ?? []) : [])).at(0);
  if (other === undefined || other === name) return mistakeOf(nameForm, name);
  return `files are to be pushed to "${other}" already; one server can be added here, the other by hand`;
}

function groupMistake(group: string, { folder: { fileGroups } }: Known): string | undefined {
  // Of a catalogue that cannot be read, nothing is known.
  if (fileGroups.source === undefined || fileGroups.names.includes(group)) return undefined;
  return `there is no file group "${group}"; ${suggestion(group, fileGroups.names, "declare it in file-groups.yaml first")}`;
}

/** Who uploads files of a group, the new partner included. */
function publishersOf(group: string, { folder, id }: Known, { uploads }: AskedFiles): string[] {
  const others = folder.partners
    .filter(({ settings }) => settings.folders.some(({ fileGroup }) => fileGroup === group))
    .map((partner) => partner.id);
  return uploads.some(({ fileGroup }) => fileGroup === group) ? [...others, id] : others;
}

function publisherMistake(publisher: string, group: string, known: Known, asked: AskedFiles): string | undefined {
  const publishers = publishersOf(group, known, asked);
  const { files, partners } = known.folder;
  const isBroken = files.has(`${publisher}/partner.yaml`) && !partners.some(({ id }) => id === publisher);
  if (publishers.includes(publisher) || isBroken) return undefined;
  return `"${publisher}" uploads no ${group}; ${suggestion(publisher, publishers, "leave the publisher out until somebody does")}`;
}

function newFolderMistake(path: string, asked: AskedFiles): string | undefined {
  const mistake = folderMistake(
    path,
    foldersOf(asked).map(({ virtualPath }) => virtualPath),
  );
  return mistakeOf(absolutePath, path) ?? (mistake && `${mistake.message}; ${mistake.fix}`);
}

function placeMistake(path: string, { hasLogin }: Known, asked: AskedFiles): string | undefined {
  if (!hasLogin) return "it has no login to fetch files with; have them pushed, as DESTINATION:PATH";
  if (asked.uploads.some(({ virtualPath }) => virtualPath === path)) {
    return `it uploads into "${path}", so what is placed there would count as an upload; choose another folder`;
  }
  const isThere = foldersOf(asked).some(({ virtualPath }) => virtualPath === path);
  return isThere ? undefined : newFolderMistake(path, asked);
}

async function askGroups({ ask }: Session, known: Known, option: string, what: string): Promise<string[]> {
  const answer = await ask.text({
    option,
    what: `${what} (${someOf(known.folder.fileGroups.names)}; Enter: none)`,
    fallback: "",
    mistake: (text) =>
      list(text)
        .map((group) => groupMistake(group, known))
        .find((mistake) => mistake !== undefined),
  });
  return list(answer);
}

async function askUploads(session: Session, known: Known, asked: AskedFiles): Promise<void> {
  for (const fileGroup of await askGroups(session, known, "--upload", "Which files does it send")) {
    const virtualPath = await session.ask.text({
      option: "--upload",
      what: `Folder for its ${fileGroup}`,
      fallback: `/${fileGroup}`,
      mistake: (path) => newFolderMistake(path, asked),
    });
    asked.uploads.push({ virtualPath, fileGroup });
  }
}

async function askReceives(session: Session, known: Known, asked: AskedFiles): Promise<void> {
  const { ask } = session;
  for (const fileGroup of await askGroups(session, known, "--receive", "Which files does it get")) {
    const publishers = publishersOf(fileGroup, known, asked);
    const publisher = await ask.text({
      option: "--receive",
      what: `The ${fileGroup} of which partner (${someOf(publishers) || "nobody uploads them yet"}; Enter: of everyone)`,
      fallback: "",
      mistake: (id) => (id === "" ? undefined : publisherMistake(id, fileGroup, known, asked)),
    });
    const way = known.hasLogin
      ? await ask.choice({ option: "--receive", what: `How does it get the ${fileGroup}?`, fallback: "place" }, [
          { value: "place", meaning: "in a folder here, from which it downloads" },
          { value: "push", meaning: "pushed to its own SFTP server" },
        ])
      : "push";
    const where =
      way === "place"
        ? { virtualPath: await askPlace(session, fileGroup, known, asked) }
        : { destination: undefined, remotePath: await askRemotePath(session, fileGroup) };
    asked.receives.push({ fileGroup, publisher: publisher === "" ? undefined : publisher, where });
  }
}

function askPlace({ ask }: Session, group: string, known: Known, asked: AskedFiles): Promise<string> {
  const mistake = (path: string) => placeMistake(path, known, asked);
  const fallback = mistake(`/${group}`) === undefined ? `/${group}` : `/incoming-${group}`;
  return ask.text({ option: "--receive", what: `Folder for the ${group} that it gets`, fallback, mistake });
}

function askRemotePath({ ask }: Session, group: string): Promise<string> {
  return ask.text({
    option: "--receive",
    what: `Folder for the ${group} on its server, which must exist`,
    fallback: `inbox/${group}`,
    mistake: (path) => mistakeOf(remotePathForm, path),
  });
}
