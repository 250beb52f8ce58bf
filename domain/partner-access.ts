import type { Delivery, Entitlements, LoginEntitlement, Subscription, TransformStep } from "./entitlements";
import { formerIds, originalId } from "./partner-files/former-ids";
import type { Partner, PartnerSubscription } from "./partner-files/partner";
import { folderPrefix, remotePath, virtualPath } from "./paths";
import { parseSshPublicKey } from "./ssh-public-key";

/** Everything that the program creates for one partner, already decided. */
export interface PartnerAccess {
  partner: string;
  /**
   * The first id that the partner ever had. Whatever cannot be renamed without being replaced is named after it: the
   * prefix of its files, its secrets, and its user name unless it has chosen one.
   */
  originalId: string;
  /** The ids it had before, oldest first; empty where it never had another. */
  previously: string[];
  name: string;
  /** Null where the partner has no login. */
  username: string | null;
  endpoint: LoginEntitlement["endpoint"] | null;
  /** Whether a Cognito user stands behind the login. */
  hasPassword: boolean;
  /** One empty secret each, for an operator to fill; sorted by destination. */
  pushSecrets: { destination: string }[];
  /** Sorted by address, and its events by name. */
  notifications: { email: string; events: string[] }[];
  entitlements: Entitlements;
}

/** Compiles a partner whose files have passed the checks. */
export function partnerAccess(partner: Partner): PartnerAccess {
  const entitlements = compileEntitlements(partner);
  return {
    partner: partner.id,
    originalId: originalId(partner),
    previously: formerIds(partner),
    name: partner.settings.name,
    username: entitlements.login?.username ?? null,
    endpoint: entitlements.login?.endpoint ?? null,
    hasPassword: entitlements.login?.passwordVersion != null,
    pushSecrets: entitlements.destinations.map(({ name }) => ({ destination: name })),
    notifications: partner.settings.notifications
      .map(({ email, events }) => ({ email, events: [...new Set(events)].sort() }))
      .sort(by(({ email }) => email)),
    entitlements,
  };
}

/** What the partner may do and receives, sorted so that the order in the files never shows in a preview. */
export function compileEntitlements(partner: Partner): Entitlements {
  const { id, settings } = partner;
  const root = originalId(partner);
  const previously = formerIds(partner);
  return {
    partner: id,
    ...(previously.length > 0 && { previously }),
    name: settings.name,
    login: compileLogin(partner),
    folders: settings.folders
      .map((folder) => ({
        virtualPath: virtualPath(folder.virtualPath),
        objectPrefix: folderPrefix(root, virtualPath(folder.virtualPath)),
        access: folder.access,
        fileGroup: folder.fileGroup ?? null,
        replicate: folder.replicateToEfs,
      }))
      .sort(by(({ virtualPath }) => virtualPath)),
    destinations: Object.entries(settings.destinations)
      .map(([name, { host, port, username, hostKeys, authentication }]) => ({
        name,
        host,
        port,
        username,
        hostKeys: hostKeys.map(withoutComment).sort(),
        authentication,
      }))
      .sort(by(({ name }) => name)),
    subscriptions: partner.subscriptions
      .map((subscription) => compileSubscription(partner, subscription))
      .sort(by(({ name }) => name)),
  };
}

function compileLogin(partner: Partner): LoginEntitlement | null {
  const { settings, keys } = partner;
  if (!settings.login) return null;
  const { username, endpoint, passwordVersion, sourceAddresses } = settings.login;
  return {
    username: username ?? originalId(partner),
    endpoint,
    passwordVersion: passwordVersion ?? null,
    publicKeys: keys.map(({ key }) => key.line).sort(),
    sourceAddresses: [...(sourceAddresses ?? [])].sort(),
  };
}

function compileSubscription(partner: Partner, { name, settings, publisher }: PartnerSubscription): Subscription {
  const transform = (settings.transform ?? []).map(
    ({ convert }): TransformStep => ({
      kind: "convert",
      from: convert.from,
      to: convert.to,
      sql: convert.sql === undefined ? null : (partner.transforms.get(convert.sql) ?? null),
    }),
  );
  return {
    name,
    fileGroup: settings.fileGroup,
    publisher,
    match: settings.match ?? null,
    transform,
    delivery: compileDelivery(originalId(partner), settings.deliver, defaultFileName(transform)),
  };
}

function compileDelivery(
  root: string,
  { push, place }: PartnerSubscription["settings"]["deliver"],
  fileName: string,
): Delivery {
  if (push) {
    return {
      kind: "push",
      destination: push.destination,
      remotePath: remotePath(push.remotePath),
      fileName: push.fileName ?? fileName,
      onConflict: push.onConflict,
    };
  }
  if (!place) throw new Error(`a delivery of ${root} neither pushes nor places; load it with loadPartners first`);
  const folder = virtualPath(place.virtualPath);
  return {
    kind: "place",
    virtualPath: folder,
    objectPrefix: folderPrefix(root, folder),
    fileName: place.fileName ?? fileName,
    onConflict: place.onConflict,
  };
}

function defaultFileName(transform: readonly TransformStep[]): string {
  const last = transform.at(-1);
  return last === undefined ? "{name}" : `{stem}.${last.to}`;
}

function withoutComment(hostKey: string): string {
  const key = parseSshPublicKey(hostKey);
  return "line" in key ? key.line : hostKey;
}

const by =
  <Value>(keyOf: (value: Value) => string) =>
  (a: Value, b: Value) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
