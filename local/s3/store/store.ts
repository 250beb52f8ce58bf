import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BlobStore } from "./blob-store";
import { Catalogue } from "./catalogue";
import type { CatalogueEntry } from "./catalogue-entry";
import { type Journal, noJournal, readJournal, rewriteJournal } from "./journal";

/** The catalogue in memory, the bytes on disk, and the journal that carries both over a restart. */
export class Store {
  readonly catalogue: Catalogue;
  readonly blobs: BlobStore;
  readonly #journal: Journal;

  private constructor(catalogue: Catalogue, blobs: BlobStore, journal: Journal) {
    this.catalogue = catalogue;
    this.blobs = blobs;
    this.#journal = journal;
  }

  /** Opens the store in a folder. Without `persistent` it starts empty, and refuses a folder that holds a persistent one. */
  static async open(folder: string, persistent: boolean): Promise<Store> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, "journal.jsonl");
    if (!persistent && existsSync(path)) {
      throw new Error(`${folder} holds a persistent S3 store; open it with persistent: true, or give another folder`);
    }
    const catalogue = new Catalogue();
    if (persistent) for await (const entry of readJournal(path)) catalogue.apply(entry);
    const referenced = catalogue.blobs();
    const blobs = await BlobStore.open(folder, (blob) => referenced.has(blob));
    const journal = persistent ? await rewriteJournal(path, catalogue.snapshot()) : noJournal;
    return new Store(catalogue, blobs, journal);
  }

  /** Makes a change: on record, then visible, then without the bytes that it made superfluous. */
  async commit(entry: CatalogueEntry): Promise<void> {
    this.#journal.append(entry);
    await this.blobs.remove(this.catalogue.apply(entry));
  }

  close(): void {
    this.#journal.close();
  }
}
