import { isSeq } from "yaml";
import { isKeyMistake, parseSshPublicKey } from "../../ssh-public-key";
import type { Partner } from "../partner";
import type { FileMap } from "../read-partner-folder";
import { editYaml } from "./edit-yaml";
import type { FileChanges } from "./file-changes";

/** Pins a second host key beside the one that is pinned, so that deliveries go on while the server changes. */
export function addHostKey(files: FileMap, partner: Partner, destination: string, line: string): FileChanges {
  const { hostKeys } = destinationOf(partner, destination);
  if (hostKeys.length > 1) {
    throw new Error(`${destination} of ${partner.id} has two host keys already; end that change first, with --finish`);
  }
  const file = `${partner.id}/partner.yaml`;
  return new Map([
    [file, editYaml(files, file, (document) => document.addIn(["destinations", destination, "hostKeys"], line))],
  ]);
}

/** Unpins the first of two host keys, which is the older one, or the one with this fingerprint. */
export function dropHostKey(files: FileMap, partner: Partner, destination: string, fingerprint?: string): FileChanges {
  const { hostKeys } = destinationOf(partner, destination);
  if (hostKeys.length < 2) {
    throw new Error(`${destination} of ${partner.id} has one host key, and a push needs one; add the new key first`);
  }
  const fingerprints = hostKeys.map(fingerprintOf);
  const index = fingerprint === undefined ? 0 : fingerprints.indexOf(fingerprint);
  if (index < 0) {
    throw new Error(
      `${destination} of ${partner.id} has no host key ${fingerprint}; it has ${fingerprints.join(" and ")}`,
    );
  }
  const file = `${partner.id}/partner.yaml`;
  const edited = editYaml(files, file, (document) => {
    const path = ["destinations", destination, "hostKeys"];
    const keys = document.getIn(path, true);
    // A comment in front of the list belongs to the keys, and speaks of the change that ends now.
    if (isSeq(keys)) keys.commentBefore = null;
    document.deleteIn([...path, index]);
  });
  return new Map([[file, edited]]);
}

export function fingerprintOf(line: string): string {
  const key = parseSshPublicKey(line);
  return isKeyMistake(key) ? line : key.fingerprint;
}

function destinationOf({ id, settings }: Partner, name: string) {
  const destination = settings.destinations[name];
  if (destination) return destination;
  const names = Object.keys(settings.destinations);
  throw new Error(`${id} has no destination "${name}"; it has ${names.length === 0 ? "none" : names.join(", ")}`);
}
