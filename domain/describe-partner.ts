import type { LoginEntitlement } from "./entitlements";
import { type PartnerAccess, partnerAccess } from "./partner-access";
import type { Partner } from "./partner-files/partner";
import { flows } from "./plan/flows";
import { accessWords, addresses, converted, count, delivery, filesOf, fingerprint, list, server } from "./plan/words";

/** What is known of one partner, in sentences without a full stop. Each list is empty where there is nothing to say. */
export interface PartnerDescription {
  called: string[];
  login: string[];
  /** Key files with their fingerprints. */
  keys: string[];
  folders: string[];
  /** What it receives, and from whom. */
  gets: string[];
  /** Who receives what it uploads. */
  gives: string[];
  /** Its own servers. */
  destinations: string[];
  notifications: string[];
}

/** Describes one of the partners of a folder without problems. */
export function describePartner(partner: Partner, partners: readonly Partner[]): PartnerDescription {
  const access = partnerAccess(partner);
  const { login, folders, destinations } = access.entitlements;
  return {
    called: [
      ...(access.previously.length > 0 ? [`was ${list(access.previously)} before`] : []),
      ...partner.settings.contacts.map(
        ({ name, email, role }) => `call ${name} <${email}>${role === undefined ? "" : ` (${role})`}`,
      ),
      ...(partner.settings.owners ? [`${list(partner.settings.owners)} review its files`] : []),
    ],
    login: [login === null ? "has no login: it only receives by push" : logsIn(login)],
    keys: partner.keys.map(({ file, key }) => `${file.slice(file.lastIndexOf("/") + 1)}: ${fingerprint(key.line)}`),
    folders: folders.map(
      ({ access, virtualPath, fileGroup }) =>
        `can ${accessWords[access]} ${virtualPath}${fileGroup === null ? "" : `: ${fileGroup} files`}`,
    ),
    ...flowsOf(access, partners.map(partnerAccess)),
    destinations: destinations.map(
      ({ name, authentication, hostKeys, ...destination }) =>
        `${name}: ${server({ name, authentication, hostKeys, ...destination })} with a ${authentication}; it shows the host key ${hostKeys.map(fingerprint).join(" or ")}`,
    ),
    notifications: access.notifications.map(({ email, events }) => `${email} is told of ${list(events)}`),
  };
}

function logsIn({ endpoint, username, passwordVersion, publicKeys, sourceAddresses }: LoginEntitlement): string {
  const methods = [
    ...(passwordVersion === null ? [] : [`a password (version ${passwordVersion})`]),
    ...(publicKeys.length === 0 ? [] : [count(publicKeys.length, "key")]),
  ];
  const from = endpoint === "internal" ? "" : `, from ${addresses(sourceAddresses)}`;
  return `logs in on the ${endpoint} endpoint as ${username} with ${methods.join(" or ")}${from}`;
}

function flowsOf(
  { partner, entitlements }: PartnerAccess,
  all: readonly PartnerAccess[],
): Pick<PartnerDescription, "gets" | "gives"> {
  const everyFlow = flows(all, (id) => id);
  const isUploaded = ({ fileGroup }: { fileGroup: string | null }) => fileGroup !== null;
  return {
    gets: entitlements.subscriptions.map((subscription) => {
      const publishers = everyFlow
        .filter((flow) => flow.subscriber === partner && flow.subscription === subscription.name)
        .map(({ publisher }) => publisher);
      const sources = publishers.length === 0 ? "nobody yet" : list([...new Set(publishers)]);
      const everyone = subscription.publisher === null ? `every partner, which is ${sources}` : sources;
      const how = `${converted(subscription.transform)}, ${delivery(subscription.delivery, entitlements.destinations)}`;
      return `${filesOf(subscription)} of ${everyone}: ${how} (${subscription.name})`;
    }),
    gives: entitlements.folders.filter(isUploaded).map(({ virtualPath }) => {
      const takers = everyFlow.filter((flow) => flow.publisher === partner && flow.virtualPath === virtualPath);
      if (takers.length === 0) return `${virtualPath}: nobody gets these files`;
      const each = takers.map(
        ({ subscriber, match, form }) => `${subscriber} (${match ?? "every file"}, ${form.replaceAll(" → ", " to ")})`,
      );
      return `${virtualPath}: ${list(each)}`;
    }),
  };
}
