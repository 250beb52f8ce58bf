import type { DirectoryEntry, FileAttributes, SftpDirectory } from "../sftp/file-system";
import type { ObjectPage } from "./session-objects";

/** When directories that are no objects were changed: nobody knows. */
const never = new Date(0);

export const directoryAttributes: FileAttributes = { kind: "directory", size: 0, modified: never };

/** A listing of the objects and common prefixes below a prefix, page by page as S3 gives them. */
export class S3Directory implements SftpDirectory {
  readonly #prefix: string;
  readonly #read: (start: string | undefined) => Promise<ObjectPage>;
  #page: ObjectPage | undefined;

  /** `first` is the page that proved that the directory exists. */
  constructor(prefix: string, first: ObjectPage, read: (start: string | undefined) => Promise<ObjectPage>) {
    this.#prefix = prefix;
    this.#read = read;
    this.#page = first;
  }

  async nextPage(): Promise<DirectoryEntry[] | undefined> {
    const page = this.#page;
    if (page === undefined) return undefined;
    this.#page = undefined;
    if (page.next !== undefined) this.#page = await this.#read(page.next);
    return this.#entriesOf(page);
  }

  #entriesOf({ objects, prefixes }: ObjectPage): DirectoryEntry[] {
    const files = objects.map(({ key, size, modified }): DirectoryEntry => {
      return { name: key.slice(this.#prefix.length), attributes: { kind: "file", size, modified } };
    });
    const folders = prefixes.map((prefix) => {
      return { name: prefix.slice(this.#prefix.length, -1), attributes: directoryAttributes };
    });
    return [...files, ...folders].filter(({ name }) => isReachable(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** The directory's own marker has no name, and neither has a key with `//`; `..` could never be asked for. */
const isReachable = (name: string) => name !== "" && name !== "." && name !== ".." && !name.includes("\0");

/** A directory that exists only because mapped ones lie below. */
export function virtualDirectory(names: readonly string[]): SftpDirectory {
  let left: DirectoryEntry[] | undefined = names.map((name) => ({ name, attributes: directoryAttributes }));
  return {
    async nextPage() {
      const page = left;
      left = undefined;
      return page;
    },
  };
}
