import { appendFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readLedger } from "../../domain/ledger/transfers/read-ledger";
import { mountPath } from "../../domain/mount-path";
import { printable } from "../../domain/printable";
import type { LocalService } from "./local-service";
import type { StandInLog } from "./stand-ins";

/** What of a service is kept. */
type KeptService = Pick<LocalService, "stack" | "ledger" | "objectKeys" | "openObject" | "fileSystemFolder">;

/**
 * What stays of a run for people to look at, in a folder named after the time of its start: `log.txt`, `ledger.json`, and
 * as files of their own the objects of the bucket (`bucket/<object key>`), what was pushed
 * (`destinations/<partner>/<destination>/…`) and the file system (`file-system/…`). It holds no password and no key.
 */
export class KeptRun {
  private constructor(readonly folder: string) {}

  /** @param parent where the folder is made, with those above it that are missing. @throws where it cannot be made */
  static async open(parent: string, startedAt = new Date()): Promise<KeptRun> {
    // No colons: Windows takes none, and tar takes what is before one for a host.
    const folder = join(parent, startedAt.toISOString().replaceAll(/[:.]/g, "-"));
    try {
      await mkdir(parent, { recursive: true });
      // What partners sent is nobody else's business on this machine either.
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      throw new Error(`nothing can be kept in ${parent}, give --keep a folder to write to: ${why}`);
    }
    return new KeptRun(folder);
  }

  /** Adds a line to the log, at once: what a run that is killed said last is worth most. */
  add({ from, line }: StandInLog): void {
    appendFileSync(join(this.folder, "log.txt"), `${new Date().toISOString()} ${from}: ${printable(line)}\n`);
  }

  /**
   * Copies the rest, as it is now.
   * @param destinations the folder with what was pushed
   * @returns one sentence for each thing that could not be copied
   */
  async copy(service: KeptService, destinations: string): Promise<string[]> {
    const problems: string[] = [];
    const part = async (name: string, copy: (target: string) => Promise<unknown>) => {
      const target = join(this.folder, name);
      try {
        await copy(target);
      } catch (error) {
        problems.push(`${printable(name)} is not kept: ${error instanceof Error ? error.message : error}`);
      }
    };
    // Before the program has run to its end once there is nothing but the log.
    if (service.stack.outputs.bucket === undefined) return problems;
    await part("ledger.json", async (target) => {
      const rows = await readLedger(service.ledger(), { limit: 10_000 });
      await writeFile(target, `${JSON.stringify(rows, null, 2)}\n`);
    });
    await part("bucket", async (target) => {
      for await (const key of service.objectKeys()) {
        // A folder is an object too.
        const isFolder = key.endsWith("/");
        const names = mountPath(isFolder ? key.slice(0, -1) : key);
        if (typeof names === "string") problems.push(`the object ${JSON.stringify(key)} is not kept: ${names}`);
        else if (isFolder) await mkdir(join(target, ...names), { recursive: true });
        else await part(join("bucket", ...names), (file) => copyObject(service, key, file));
      }
    });
    await part("destinations", (target) => copyFolder(destinations, target));
    const fileSystem = service.fileSystemFolder();
    if (fileSystem) await part("file-system", (target) => copyFolder(fileSystem, target));
    return problems;
  }
}

async function copyObject(service: KeptService, key: string, target: string): Promise<void> {
  const content = await service.openObject(key);
  // Removed since it was listed.
  if (!content) return;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}

/** Jobs may be at work still, and a file that gets its final name meanwhile is missed under its first one. */
async function copyFolder(source: string, target: string): Promise<void> {
  for (let left = 2; ; left--) {
    try {
      return await cp(source, target, { recursive: true });
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
