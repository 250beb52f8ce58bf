import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import type { CatalogueEntry } from "./catalogue-entry";

/** Entries written at once while a journal is rewritten. */
const batch = 1_000;

/** Where the changes of the catalogue go, before they are applied. */
export interface Journal {
  append(entry: CatalogueEntry): void;
  close(): void;
}

/** For a store that need not outlive its process. */
export const noJournal: Journal = { append() {}, close() {} };

/**
 * Reads a journal: one JSON entry a line. A last line without its line feed is what a crash cut off: the change it
 * would have described never happened, so it is ignored.
 */
export async function* readJournal(path: string): AsyncGenerator<CatalogueEntry> {
  if (!existsSync(path)) return;
  const file = await open(path, "r");
  let rest = "";
  for await (const chunk of file.createReadStream({ encoding: "utf8" })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Replaces the journal by the shortest equal one, atomically, and opens it for appending. */
export async function rewriteJournal(path: string, entries: Iterable<CatalogueEntry>): Promise<Journal> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w");
  let lines: string[] = [];
  const flush = async () => {
    await file.appendFile(lines.join(""));
    lines = [];
  };
  for (const entry of entries) if (lines.push(`${JSON.stringify(entry)}\n`) >= batch) await flush();
  await flush();
  await file.close();
  await rename(temporary, path);
  const descriptor = openSync(path, "a");
  return {
    append: (entry) => writeAll(descriptor, Buffer.from(`${JSON.stringify(entry)}\n`)),
    close: () => closeSync(descriptor),
  };
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}
