import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { checkPartnerFiles } from "../../cli/check-partner-files";
import { runCommand } from "../../cli/command";
import { runPartner } from "../../cli/partner/run-partner";
import { folderWith } from "../../domain/partner-files/broken-folders/sound-folder";
import { runIn } from "./run-in";

/** A folder of its own with sound partner files under `partners/`, and the commands in it. */
export class PartnerFolder {
  readonly path = mkdtempSync(join(tmpdir(), "quayside-partner-"));

  constructor() {
    this.write(folderWith([]));
  }

  /** Adds files, or replaces them, below `partners/`. */
  write(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(this.path, "partners", path)), { recursive: true });
      writeFileSync(join(this.path, "partners", path), content);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), "utf8");
  }

  /** `npm run partner`, where nobody can be asked. */
  partner(...args: string[]) {
    return this.partnerReading("", ...args);
  }

  /** The same with a text on standard input. */
  partnerReading(text: string, ...args: string[]) {
    const streams = { input: Readable.from([Buffer.from(text)]), output: new PassThrough() };
    return runIn(this.path, (terminal) => runPartner(args, streams, terminal));
  }

  check() {
    return runIn(this.path, (terminal) => runCommand(checkPartnerFiles, [], terminal));
  }

  /** Everything in it, by path. */
  tree(): Record<string, string> {
    return Object.fromEntries(
      readdirSync(this.path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path, "utf8")]),
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
