import { isWithin } from "../sftp/virtual-path";
import type { DirectoryMapping, HomeDirectory } from "./identity-provider";

/** Where a virtual path leads. */
export type Location =
  /** In a mapped directory. `isTarget`: it is that directory itself, which is always there and stays. */
  | { kind: "object"; bucket: string; key: string; isTarget: boolean }
  /** A directory that exists only because mapped ones lie below; it holds these names and nothing else. */
  | { kind: "virtual"; names: readonly string[] }
  | { kind: "nowhere" };

/** The virtual tree that a home directory makes of buckets and prefixes. */
export class LogicalDirectories {
  readonly startDirectory: string;
  readonly #mappings: readonly DirectoryMapping[];

  constructor(home: HomeDirectory) {
    this.startDirectory = home.directory;
    const bucket = home.directory.split("/", 2).join("/");
    this.#mappings = home.type === "LOGICAL" ? home.mappings : [{ entry: bucket, target: bucket }];
  }

  /** `path` is absolute and normalised. */
  locate(path: string): Location {
    const mapping = this.#mappings.find(({ entry }) => isWithin(path, entry));
    if (mapping !== undefined) return locationIn(mapping, path);
    const below = this.#mappings.filter(({ entry }) => isWithin(entry, path));
    if (below.length === 0) return { kind: "nowhere" };
    const depth = path === "/" ? 1 : path.split("/").length;
    return { kind: "virtual", names: [...new Set(below.map(({ entry }) => entry.split("/")[depth] ?? ""))].sort() };
  }
}

function locationIn({ entry, target }: DirectoryMapping, path: string): Location {
  const rest = entry === "/" ? path.slice(1) : path.slice(entry.length + 1);
  const [, bucket = "", ...prefix] = target.split("/");
  const key = [...prefix, ...(rest === "" ? [] : [rest])].join("/");
  return { kind: "object", bucket, key, isTarget: rest === "" };
}
