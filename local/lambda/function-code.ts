import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { zipEntries } from "./zip-entries";

/** A function's code as deployed: a copy of its own, so what changes on disk changes nothing until the next update. */
export interface FunctionCode {
  folder: string;
  /** SHA-256 of the files' paths and contents, base64, as Lambda's `CodeSha256`. */
  sha256: string;
  /** Size of all files in bytes. */
  size: number;
  remove(): Promise<void>;
}

/**
 * Unpacks the archive that a program gave as a function's code: a Pulumi `FileArchive` (a folder or a zip file) or
 * `AssetArchive`. Under mocks its path or assets are still promises.
 * @param temporaryFolder where the copy gets a folder of its own
 */
export async function functionCode(archive: unknown, temporaryFolder = tmpdir()): Promise<FunctionCode> {
  const folder = await mkdtemp(join(temporaryFolder, "quayside-lambda-"));
  try {
    await unpack(archive, folder);
    return { folder, ...(await fingerprint(folder)), remove: () => rm(folder, { recursive: true, force: true }) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What tells one state of a folder's files from another: a hash of their paths and contents, and their size. */
export async function fingerprint(folder: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for (const entry of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, entry);
    if (!(await stat(path)).isFile()) continue;
    const bytes = await readFile(path);
    hash.update(`${relative(folder, path).split(sep).join("/")}\0${bytes.length}\0`).update(bytes);
    size += bytes.length;
  }
  return { sha256: hash.digest("base64"), size };
}

async function unpack(archive: unknown, folder: string): Promise<void> {
  const path = await member(archive, "path");
  if (typeof path === "string") return unpackPath(resolve(path), folder);
  const assets = await member(archive, "assets");
  if (assets === undefined || assets === null || typeof assets !== "object") {
    throw new Error("a function's code must be a FileArchive or an AssetArchive of files on this machine");
  }
  for (const [name, asset] of Object.entries(assets)) await unpackAsset(await asset, join(folder, name));
}

async function unpackPath(path: string, folder: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`the code archive ${path} does not exist; build the functions first`);
  if (found.isDirectory()) return cp(path, folder, { recursive: true });
  for (const [name, bytes] of zipEntries(await readFile(path))) {
    const target = join(folder, name);
    if (!target.startsWith(folder + sep)) throw new Error(`the code archive ${path} has an entry outside it: ${name}`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

async function unpackAsset(asset: unknown, target: string): Promise<void> {
  const isArchive = (await member(asset, "__pulumiArchive")) === true;
  await mkdir(isArchive ? target : dirname(target), { recursive: true });
  if (isArchive) return unpack(asset, target);
  const text = await member(asset, "text");
  if (typeof text === "string") return writeFile(target, text);
  const path = await member(asset, "path");
  if (typeof path !== "string") throw new Error(`the asset for ${target} is neither a file nor a string`);
  return cp(path, target);
}

async function member(value: unknown, name: string): Promise<unknown> {
  return typeof value === "object" && value !== null ? await (value as Record<string, unknown>)[name] : undefined;
}
