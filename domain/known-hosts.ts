import { isKeyMistake, type KeyMistake, parseSshPublicKey, type SshPublicKey } from "./ssh-public-key";

/**
 * The host keys in the output of `ssh-keyscan`, in a `known_hosts` file or in a `.pub` file, the strongest type first.
 * Comments and empty lines are skipped; a line that is something else is a mistake, as is a text without any key.
 */
export function readHostKeys(text: string): SshPublicKey[] | KeyMistake {
  const keys = new Map<string, SshPublicKey>();
  for (const line of text.split(/\r?\n/).map((untrimmed) => untrimmed.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const key = parseSshPublicKey(withoutHost(line));
    if (isKeyMistake(key)) return key;
    keys.set(key.fingerprint, key);
  }
  if (keys.size === 0) {
    return { message: "there is no host key here", fix: "paste what `ssh-keyscan -p PORT HOST` prints" };
  }
  return [...keys.values()].sort((a, b) => rank(a) - rank(b));
}

/** `host,address ssh-ed25519 AAAA…` without what stands before the type. A marker (`@revoked`) stays, and is refused. */
function withoutHost(line: string): string {
  const [host = "", ...rest] = line.split(/[ \t]+/);
  const isKey = /^(ssh-|ecdsa-|sk-)/.test(host) || host.startsWith("@") || line.startsWith("-----");
  return isKey || rest.length < 2 ? line : rest.join(" ");
}

const order = ["ssh-ed25519", "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256", "ssh-rsa"];
const rank = ({ type }: SshPublicKey) => order.indexOf(type);
