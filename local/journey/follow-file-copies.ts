import type { Stats } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FolderEntitlement } from "../../domain/entitlements";
import { mountPath } from "../../domain/mount-path";
import type { Outcome } from "./follow-deliveries";
import type { JourneyUpload } from "./plan-journey";

/** A file that must stand on the file system: a copy of an object in a folder with `replicateToEfs`. */
export interface FileCopy {
  objectKey: string;
  /** What must be in it. */
  content: Uint8Array;
}

/** The modes that files and the folders around them have, `0o640`. */
export interface CopyModes {
  file: number;
  directory: number;
}

/**
 * The copies that a journey leads to: of the uploads themselves, and of what was placed for others.
 * @param foldersOf a partner's folders
 * @param readObject what a delivery left in the bucket
 */
export async function expectedCopies(
  uploads: readonly JourneyUpload[],
  outcomes: readonly Outcome[],
  foldersOf: (partner: string) => readonly FolderEntitlement[],
  readObject: (objectKey: string) => Promise<Uint8Array | undefined>,
): Promise<FileCopy[]> {
  const isCopied = (partner: string, virtualPath: string) =>
    foldersOf(partner).find((folder) => folder.virtualPath === virtualPath && folder.replicate);
  const copies = uploads.flatMap(({ publisher, virtualPath, fileName, content }): FileCopy[] => {
    const folder = isCopied(publisher, virtualPath);
    return folder ? [{ objectKey: `${folder.objectPrefix}${fileName}`, content }] : [];
  });
  for (const { expected, delivery } of outcomes) {
    const to = expected.subscription.delivery;
    if (to.kind !== "place" || !delivery?.deliveredAs || !isCopied(expected.subscriber, to.virtualPath)) continue;
    const content = await readObject(delivery.deliveredAs);
    if (content) copies.push({ objectKey: delivery.deliveredAs, content });
  }
  return copies;
}

/**
 * Waits until the copies stand, or the time is up. Returns one sentence for each that does not, or not as it should: with
 * its folders, modes and content.
 * @param folder the file system's, where applications would see its root
 * @param patience milliseconds
 */
export async function followFileCopies(
  copies: readonly FileCopy[],
  folder: string,
  modes: CopyModes,
  { patience, signal }: { patience: number; signal?: AbortSignal },
): Promise<string[]> {
  for (const end = performance.now() + patience; ; await sleep(100, undefined, { signal })) {
    const found = await Promise.all(copies.map((copy) => mistakeOf(copy, folder, modes)));
    const mistakes = found.filter((mistake) => mistake !== undefined);
    if (mistakes.length === 0 || performance.now() >= end) return mistakes;
  }
}

async function mistakeOf({ objectKey, content }: FileCopy, root: string, modes: CopyModes) {
  const path = mountPath(objectKey);
  if (typeof path === "string") return `${objectKey} cannot stand on the file system: ${path}`;
  for (let depth = 1; depth < path.length; depth++) {
    const folder = path.slice(0, depth).join("/");
    const found = await lstat(join(root, folder)).catch(() => undefined);
    if (!found?.isDirectory()) return `${folder} is not on the file system`;
    if (modeOf(found) !== modes.directory) return `${folder} is on the file system with mode ${octal(found)}`;
  }
  const found = await lstat(join(root, ...path)).catch(() => undefined);
  if (!found?.isFile()) return `${objectKey} is not on the file system`;
  if (modeOf(found) !== modes.file) return `${objectKey} is on the file system with mode ${octal(found)}`;
  const isSame = Buffer.compare(await readFile(join(root, ...path)), content) === 0;
  return isSame ? undefined : `${objectKey} is on the file system with other content`;
}

const modeOf = ({ mode }: Stats) => mode & 0o777;
const octal = (stats: Stats) => `0${modeOf(stats).toString(8)}`;
