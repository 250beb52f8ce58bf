import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { utils } from "ssh2";

/** Key pairs that exist on this machine only, one for each partner whose login uses keys. */
export class LocalKeys {
  readonly #publicKeys = new Map<string, string>();

  /** @param folder where the private halves are kept, readable by nobody else */
  constructor(private readonly folder: string) {}

  /** OpenSSH one-line public key; the pair is made when it is first asked for. */
  publicKey(partner: string): string {
    const known = this.#publicKeys.get(partner);
    if (known !== undefined) return known;
    const pair = utils.generateKeyPairSync("ed25519", { comment: "on-this-machine" });
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.privateKeyFile(partner), pair.private, { mode: 0o600 });
    this.#publicKeys.set(partner, pair.public);
    return pair.public;
  }

  privateKeyFile(partner: string): string {
    return join(this.folder, partner);
  }
}
