import { type DirectoryMapping, type HomeDirectory, IdentityProviderError } from "./identity-provider";

/** Longest Entry and Target, in characters (API shape MapEntry). */
const longestPath = 1024;

/**
 * Reads a user's home directory from the fields of an identity provider's answer, with `${transfer:UserName}` filled
 * in. Throws an IdentityProviderError for what Transfer Family refuses and for what is not implemented here.
 */
export function readHomeDirectory(
  { type = "PATH", directory, details }: { type?: string; directory?: string; details?: string },
  username: string,
): HomeDirectory {
  if (type === "PATH") {
    if (details !== undefined) throw wrong("HomeDirectoryDetails need HomeDirectoryType LOGICAL");
    if (directory === undefined || !/^\/[^/]+(\/.*)?$/.test(directory)) {
      throw wrong("HomeDirectoryType PATH without a HomeDirectory of the form /bucket/path is not implemented here");
    }
    return { type, directory: directory.replace(/\/+$/, "") };
  }
  if (type !== "LOGICAL") throw wrong(`HomeDirectoryType is "${type}"; it must be PATH or LOGICAL`);
  const mappings = readMappings(details).map(({ entry, target }) => ({
    entry: filledIn(entry, username),
    target: filledIn(target, username),
  }));
  for (const mapping of mappings) checkMapping(mapping, mappings);
  if (directory !== undefined && !mappings.some(({ entry }) => entry === directory)) {
    throw wrong(`HomeDirectory is "${directory}", which is not one of the Entries`);
  }
  return { type, mappings, directory: directory ?? "/" };
}

function readMappings(details: string | undefined): DirectoryMapping[] {
  let list: unknown;
  try {
    list = JSON.parse(details ?? "");
  } catch {
    throw wrong("HomeDirectoryDetails must be the JSON text of a list of mappings");
  }
  if (!Array.isArray(list) || list.length === 0) throw wrong("HomeDirectoryDetails must hold at least one mapping");
  return list.map((item: Record<string, unknown> | null) => {
    const { Entry, Target, Type = "DIRECTORY", ...rest } = item ?? {};
    if (typeof Entry !== "string" || typeof Target !== "string") throw wrong("a mapping needs an Entry and a Target");
    if (Type !== "DIRECTORY") throw wrong(`mappings of Type ${Type} are not implemented here`);
    const [unknownKey] = Object.keys(rest);
    if (unknownKey !== undefined) throw wrong(`a mapping has ${unknownKey}, which Transfer Family does not know`);
    return { entry: Entry, target: Target };
  });
}

function checkMapping(mapping: DirectoryMapping, all: readonly DirectoryMapping[]): void {
  const { entry, target } = mapping;
  for (const path of [entry, target]) {
    if (path.length > longestPath) throw wrong(`"${path.slice(0, 40)}…" is longer than ${longestPath} characters`);
  }
  if (entry !== "/" && !isPlainPath(entry))
    throw wrong(`the Entry "${entry}" must be a path without a slash at its end`);
  if (!isPlainPath(target)) throw wrong(`the Target "${target}" must be /bucket/prefix without a slash at its end`);
  const overlapping = all.find(
    (other) => other !== mapping && (entry === "/" || `${other.entry}/`.startsWith(`${entry}/`)),
  );
  if (overlapping) throw wrong(`the Entries "${entry}" and "${overlapping.entry}" overlap`);
}

const isPlainPath = (path: string) => /^(\/[^/]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path);

const filledIn = (path: string, username: string) => path.replaceAll(`\${transfer:UserName}`, username);

const wrong = (what: string) => new IdentityProviderError(`the home directory cannot be used: ${what}`);
