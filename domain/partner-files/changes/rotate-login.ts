import type { Partner } from "../partner";
import type { FileMap } from "../read-partner-folder";
import { editYaml } from "./edit-yaml";
import { content, type FileChanges } from "./file-changes";

/** Lets the next deployment issue a new password. @throws where the partner has none. */
export function rotatePassword(files: FileMap, { id, settings }: Partner): FileChanges {
  if (!settings.login) throw new Error(`${id} has no login, so it has no password`);
  const version = settings.login.passwordVersion;
  if (version === undefined) throw new Error(`${id} has no password; its login uses keys`);
  const file = `${id}/partner.yaml`;
  return new Map([
    [file, editYaml(files, file, (document) => document.setIn(["login", "passwordVersion"], version + 1))],
  ]);
}

/** Adds a key, drops one, or both. Keys are named by their file, with or without `.pub`. */
export function rotateKey(
  { id, keys, settings }: Partner,
  { add, drop }: { add?: { name: string; line: string } | undefined; drop?: string | undefined },
): FileChanges {
  if (!settings.login) throw new Error(`${id} has no login that a key could belong to`);
  const changes = new Map<string, Uint8Array | null>();
  if (drop !== undefined) {
    const file = `${id}/keys/${drop.replace(/\.pub$/, "")}.pub`;
    if (!keys.some((key) => key.file === file)) {
      const names = keys.map((key) => key.file.slice(`${id}/keys/`.length));
      throw new Error(`${id} has no key ${drop}; it has ${names.length === 0 ? "none" : names.join(", ")}`);
    }
    changes.set(file, null);
  }
  if (add) {
    const file = `${id}/keys/${add.name}.pub`;
    if (keys.some((key) => key.file === file))
      throw new Error(`${file} is there already; give the new key another name`);
    changes.set(file, content(`${add.line.trim()}\n`));
  }
  return changes;
}
