import { createHash } from "node:crypto";
import { utils } from "ssh2";
import { generateKeyPair } from "./key-pair";

/** A server's host key with what clients pin and people compare. */
export interface HostKey {
  privateKey: string;
  /** One line without comment: `ssh-ed25519 AAAA…`. */
  publicKey: string;
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  fingerprint: string;
}

/** A new Ed25519 key and a new ECDSA one, so that every current client finds an algorithm. */
export const generateHostKeys = (): HostKey[] => [
  hostKey(generateKeyPair().privateKey),
  hostKey(utils.generateKeyPairSync("ecdsa", { bits: 256 }).private),
];

/** Reads a private key as `ssh-keygen` writes it. Throws for anything else, a passphrase included. */
export function hostKey(privateKey: string): HostKey {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error || !key.isPrivateKey()) {
    const reason = key instanceof Error ? key.message : "it is a public key";
    throw new Error(`the host key cannot be used (${reason}); make one with: ssh-keygen -t ed25519 -N "" -f host-key`);
  }
  const blob = key.getPublicSSH();
  return { privateKey, publicKey: `${key.type} ${blob.toString("base64")}`, fingerprint: fingerprintOf(blob) };
}

/** Fingerprint of a public key's blob, as `ssh-keygen -l` prints it. */
export const fingerprintOf = (blob: Buffer): string =>
  `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
