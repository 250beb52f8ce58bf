import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { Mistake } from "./ask";

/** A text that was given as a file or as itself. */
export interface Given {
  text: string;
  /** Undefined where the text itself was given. */
  file: string | undefined;
}

/** How a pasted key begins or, with a host before it, goes on. */
const pasted = /^#|^(ssh-|ecdsa-|sk-)\S*\s|\sAAAA|-- ?BEGIN |^PuTTY-/;

/** Reads what was given for a key: a file's path, in which `~/` is the home folder, or the key itself. */
export function readGiven(given: string): Given | Mistake {
  const file = given.replace(/^~(?=\/|$)/, homedir());
  try {
    return { text: readFileSync(file, "utf8"), file };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(code)) {
      return pasted.test(given) ? { text: given, file: undefined } : new Mistake(`there is no file ${given}`);
    }
    if (code === "EISDIR") return new Mistake(`${given} is a folder; name a file in it`);
    if (code === "EACCES" || code === "EPERM") return new Mistake(`${given} may not be read; see who owns it`);
    return new Mistake(`${given} cannot be read: ${code}`);
  }
}
