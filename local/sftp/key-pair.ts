import { utils } from "ssh2";

/** A key pair as `ssh-keygen` writes it. */
export interface KeyPair {
  privateKey: string;
  /** One line without comment. */
  publicKey: string;
}

/**
 * A new Ed25519 pair. ssh2 1.17 drops zero bytes at the start of a key and so makes about one pair in a hundred that
 * nothing can read; those are not handed out.
 */
export function generateKeyPair(): KeyPair {
  for (;;) {
    const { private: privateKey, public: publicKey } = utils.generateKeyPairSync("ed25519");
    const isUsable = [privateKey, publicKey].every((text) => !(utils.parseKey(text) instanceof Error));
    if (isUsable) return { privateKey, publicKey };
  }
}
