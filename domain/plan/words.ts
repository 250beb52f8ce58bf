import type { Delivery, Destination, LoginEntitlement, Subscription, TransformStep } from "../entitlements";
import { isKeyMistake, parseSshPublicKey } from "../ssh-public-key";

/** How the plan says things. Everything here is a part of a sentence, without a full stop. */

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

export const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** `SHA256:… (ssh-ed25519)`: what a partner can compare with what it has. */
export function fingerprint(line: string): string {
  const key = parseSshPublicKey(line);
  return isKeyMistake(key) ? line : `${key.fingerprint} (${key.type}${key.type === "ssh-rsa" ? ` ${key.bits}` : ""})`;
}

export const addresses = (blocks: readonly string[]) => (blocks.length === 0 ? "anywhere" : list(blocks));

export function methods({ passwordVersion, publicKeys }: LoginEntitlement): string {
  const keys = publicKeys.map(fingerprint);
  const known = [
    ...(passwordVersion === null ? [] : ["a password that the deployment issues"]),
    ...(keys.length === 0 ? [] : [`the ${keys.length === 1 ? "key" : "keys"} ${list(keys)}`]),
  ];
  return known.length === 0 ? "no password and no key" : list(known);
}

export const accessWords = {
  upload: "upload into",
  download: "download from",
  both: "upload into, download from and delete in",
} as const;

export const server = ({ username, host, port }: Destination) => `${username}@${host}${port === 22 ? "" : `:${port}`}`;

/** `claims files named *.json`. */
export const filesOf = ({ fileGroup, match }: Pick<Subscription, "fileGroup" | "match">) =>
  match === null ? `${fileGroup} files` : `${fileGroup} files named ${match}`;

/** `json → csv (SQL)`. */
export function form(transform: readonly TransformStep[]): string {
  const [first] = transform;
  if (first === undefined) return "as they came";
  return transform.reduce(
    (text, { to, sql }) => `${text} → ${to}${sql === null ? "" : " (SQL)"}`,
    first.from as string,
  );
}

/** The same as a part of a sentence. */
export const converted = (transform: readonly TransformStep[]) =>
  transform.length === 0 ? form(transform) : `converted ${form(transform)}`;

export const conflictWords = {
  replace: "replacing a file of that name",
  rename: "under a free name where that one is taken",
  fail: "failing where the name is taken",
} as const;

/** `pushed to intake (quayside@sftp.example.org), folder inbox`. */
export function goal(delivery: Delivery, destinations: readonly Destination[]): string {
  if (delivery.kind === "place") return `placed into its folder ${delivery.virtualPath}`;
  const destination = destinations.find(({ name }) => name === delivery.destination);
  const where = destination === undefined ? "" : ` (${server(destination)})`;
  return `pushed to ${delivery.destination}${where}, folder ${delivery.remotePath}`;
}

/** The goal, with the name that files get there. */
export const delivery = (delivery: Delivery, destinations: readonly Destination[]) =>
  `${goal(delivery, destinations)}, as ${delivery.fileName}, ${conflictWords[delivery.onConflict]}`;
