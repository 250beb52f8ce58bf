import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { DeliveryFailure } from "../../domain/delivery-failure";

/** How a host proves a key of each type, best first. */
const algorithmsOfType: Record<string, ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  // The last proves it with SHA-1, for servers that know nothing else; the key itself is pinned.
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** The keys that one server may show, from OpenSSH one-line public keys (`ssh-ed25519 AAAA…`). */
export interface PinnedHostKeys {
  /**
   * To ask the server for, those of the pinned keys first: a host with keys of several types must show the pinned one.
   * The others follow, so that a changed key of another type is recognised as that.
   */
  algorithms: ServerHostKeyAlgorithm[];
  /** Whether the key, as it is in the SSH protocol, is one of them. */
  has(key: Uint8Array): boolean;
  /** What to say when it is not. */
  changed(key: Uint8Array, address: string): DeliveryFailure;
}

export function pinnedHostKeys(lines: readonly string[]): PinnedHostKeys {
  const keys = lines.map((line) => Buffer.from(line.trim().split(/\s+/)[1] ?? "", "base64"));
  const pinned = keys.flatMap((key) => algorithmsOfType[typeOf(key)] ?? []);
  return {
    algorithms: [...new Set([...pinned, ...Object.values(algorithmsOfType).flat()])],
    has: (key) => keys.some((one) => one.equals(key)),
    changed: (key, address) => {
      const pinned = keys.map(fingerprint).join(" or ");
      const changed = `the host key of ${address} changed: got ${fingerprint(key)}, pinned ${pinned}; nothing was sent`;
      return new DeliveryFailure(`${changed}. Ask the partner, then change hostKeys in its files`, {
        ...{ canPass: false, reach: "destination", forPartner: changed },
      });
    },
  };
}

/** As `ssh-keygen -l` shows it: `SHA256:…`. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** A public key in the protocol begins with its type: a 32-bit length and so many characters. */
function typeOf(key: Buffer): string {
  return key.length < 4 ? "" : key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}
