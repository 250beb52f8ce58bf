import { appendFileSync, createWriteStream } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readLedger } from "../../domain/ledger/transfers/read-ledger";
import { mountPath } from "../../domain/mount-path";
import { printable } from "../../domain/printable";
import type { LocalService } from "./local-service";
import type { StandInLog } from "./stand-ins";

/** What of a service is kept. */
type KeptService = Pick<LocalService, "stack" | "ledger" | "objectKeys" | "openObject" | "fileSystemFolder">;

/** The most transfers that a kept ledger has: the newest. */
const mostTransfers = 10_000;

/**
 * What stays of a run for people to look at, in a folder named after the time of its start: `log.txt`, `ledger.json`, and
 * as files of their own the objects of the bucket (`bucket/<object key>`), what was pushed
 * (`destinations/<partner>/<destination>/…`) and the file system (`file-system/…`). None of the service's passwords and
 * private keys is in it.
 */
export class KeptRun {
  readonly folder: string;
  /** Why the log ends early. */
  #logFailure: unknown;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param parent where the folder is made, with those above it that are missing. @throws where it cannot be made */
  static async open(parent: string, startedAt = new Date()): Promise<KeptRun> {
    // No colons: Windows takes none, and tar takes what is before one for a host.
    const folder = join(parent, startedAt.toISOString().replaceAll(/[:.]/g, "-"));
    try {
      await mkdir(parent, { recursive: true });
      // What partners sent is nobody else's business on this machine either.
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      throw new Error(`nothing can be kept in ${parent}, give --keep a folder to write to: ${messageOf(error)}`);
    }
    return new KeptRun(folder);
  }

  /**
   * Adds a line to the log, at once: what a run that is killed said last is worth most. Never throws, for whoever has
   * something to say has other things to do; {@link copy} tells of a log that ends early.
   */
  add({ from, line }: StandInLog): void {
    if (this.#logFailure !== undefined) return;
    try {
      appendFileSync(join(this.folder, "log.txt"), `${new Date().toISOString()} ${from}: ${printable(line)}\n`);
    } catch (error) {
      this.#logFailure = error;
    }
  }

  /**
   * Copies the rest, as it is now.
   * @param destinations the folder with what was pushed
   * @returns one sentence for each thing that could not be copied
   */
  async copy(service: KeptService, destinations: string): Promise<string[]> {
    const problems: string[] = [];
    if (this.#logFailure !== undefined) problems.push(`log.txt ends early: ${messageOf(this.#logFailure)}`);
    const part = async (name: string, copy: (target: string) => Promise<unknown>) => {
      try {
        await copy(join(this.folder, name));
      } catch (error) {
        problems.push(`${name} is not kept: ${messageOf(error)}`);
      }
    };
    // Before the program has run to its end once there is nothing but the log.
    if (service.stack.outputs.bucket === undefined) return problems;
    await part("ledger.json", async (target) => {
      const rows = await readLedger(service.ledger(), { limit: mostTransfers });
      await writeFile(target, `${JSON.stringify(rows, null, 2)}\n`);
    });
    await part("bucket", async () => {
      for await (const key of service.objectKeys()) {
        // A folder is an object too.
        const isFolder = key.endsWith("/");
        const names = mountPath(isFolder ? key.slice(0, -1) : key);
        if (typeof names === "string") problems.push(`the object ${JSON.stringify(key)} is not kept: ${names}`);
        else {
          await part(join("bucket", ...names), (target) =>
            isFolder ? mkdir(target, { recursive: true }) : copyObject(service, key, target),
          );
        }
      }
    });
    await part("destinations", (target) => copyFolder(destinations, target));
    await part("file-system", async (target) => {
      const source = service.fileSystemFolder();
      if (source) await copyFolder(source, target);
    });
    return problems;
  }
}

async function copyObject(service: KeptService, key: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const content = await service.openObject(key);
  // Where keys that differ in case are one file, the first is kept and the second is told of.
  if (content) await pipeline(content, createWriteStream(target, { flags: "wx" }));
}

/** Jobs may be at work still: a file that has got its final name meanwhile is missed under its first one. */
async function copyFolder(source: string, target: string): Promise<void> {
  for (let left = 2; ; left--) {
    try {
      return await cp(source, target, { recursive: true });
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // With what the next attempt may not find any more.
      await rm(target, { recursive: true, force: true });
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
