import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPair } from "../sftp/key-pair";

/** Key pairs that exist on this machine only, one for each partner whose login uses keys, by its original id. */
export class LocalKeys {
  readonly #publicKeys = new Map<string, string>();

  /** @param folder where the private halves are kept, readable by nobody else */
  constructor(private readonly folder: string) {}

  /** OpenSSH one-line public key; the pair is made when it is first asked for. */
  publicKey(owner: string): string {
    const known = this.#publicKeys.get(owner);
    if (known !== undefined) return known;
    const { privateKey, publicKey } = generateKeyPair();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.privateKeyFile(owner), privateKey, { mode: 0o600 });
    this.#publicKeys.set(owner, publicKey);
    return publicKey;
  }

  privateKeyFile(owner: string): string {
    return join(this.folder, owner);
  }
}
