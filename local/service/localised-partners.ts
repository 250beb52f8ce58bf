import { parseDocument } from "yaml";
import { originalId } from "../../domain/partner-files/former-ids";
import type { Partner } from "../../domain/partner-files/partner";
import type { FileMap } from "../../domain/partner-files/read-partner-folder";

/** A server on this machine that takes the place of one of a partner's destinations. */
export interface LocalDestination {
  host: string;
  port: number;
  username: string;
  /** OpenSSH one-line public keys, one or two. */
  hostKeys: string[];
}

export interface Localisation {
  /** The server that stands for a destination of the partner with this original id. */
  destination(originalId: string, name: string): LocalDestination;
  /** One-line public key of a pair that exists on this machine, for a partner whose login uses keys, by its original id. */
  publicKey(originalId: string): string;
}

/** The file under which a login gets a key that exists on this machine. */
const localKeyFile = "keys/on-this-machine.pub";

/**
 * A copy of the partner files that works on one machine, and differs from the original in three ways only:
 * deliveries are pushed to servers here, logins that are bound to addresses may also come from 127.0.0.1, and
 * logins that use keys get one more, because the private halves of the real ones are not ours.
 *
 * The program itself knows nothing of this; it reads the copy as it would read any partners folder.
 */
export function localisedPartners(files: FileMap, partners: readonly Partner[], here: Localisation): FileMap {
  const copy = new Map(files);
  for (const partner of partners) {
    const content = files.get(partner.source.file);
    if (content === undefined) continue;
    const document = parseDocument(Buffer.from(content).toString("utf8"));
    for (const name of Object.keys(partner.settings.destinations)) {
      const { host, port, username, hostKeys } = here.destination(originalId(partner), name);
      const path = ["destinations", name];
      document.setIn([...path, "host"], host);
      document.setIn([...path, "port"], port);
      document.setIn([...path, "username"], username);
      document.setIn([...path, "hostKeys"], document.createNode(hostKeys));
      // The servers here take passwords, whatever the real ones take.
      document.setIn([...path, "authentication"], "password");
    }
    if (partner.settings.login?.sourceAddresses) {
      const addresses = new Set([...partner.settings.login.sourceAddresses, "127.0.0.1/32"]);
      document.setIn(["login", "sourceAddresses"], document.createNode([...addresses]));
    }
    copy.set(partner.source.file, Buffer.from(document.toString()));
    if (partner.keys.length > 0)
      copy.set(`${partner.id}/${localKeyFile}`, Buffer.from(`${here.publicKey(originalId(partner))}\n`));
  }
  return copy;
}
