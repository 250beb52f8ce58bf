import type { Entitlements, Subscription } from "../../domain/entitlements";
import type { Looks } from "./terminal";
import { wrap } from "./wrap";

/** How to log in on this machine, right now. */
export interface LocalLogin {
  host: string;
  port: number;
  username: string;
  /** What the server shows: OpenSSH one-line public keys. */
  hostKeys: readonly string[];
  /** Shown because this is one machine and the password is gone with it. */
  password?: string;
  /** A private key that the login accepts here. */
  privateKeyFile?: string;
}

/** Where a partner's things are on this machine, right now. */
export interface LocalPartner {
  /** Undefined where it cannot log in. */
  login: LocalLogin | undefined;
  /** The configuration for OpenSSH in which the partner's id stands for its login. */
  sshConfigFile: string;
  /** What its own servers received, a folder for each. */
  serverFolders: string[];
}

/** What a partner can do and how to log in, for people. */
export function partnerLines(
  { partner, name, login, folders, subscriptions }: Entitlements,
  { login: here, sshConfigFile, serverFolders }: LocalPartner,
  { colours, columns }: Looks,
): string[] {
  const rows: [string, string][] = [];
  if (here) {
    rows.push(["log in", colours.cyan(`sftp -F ${shellWord(sshConfigFile)} ${partner}`)]);
    if (here.password) rows.push(["password", colours.bold(here.password)]);
    if (here.privateKeyFile) rows.push(["key", here.privateKeyFile]);
    const where = login?.endpoint === "internal" ? ", the internal endpoint" : "";
    rows.push(["port", `${here.port} on ${here.host}${where}, user ${here.username}`]);
  }
  if (!login) rows.push(["log in", colours.dim("no login: it only receives by push")]);
  if (login && login.sourceAddresses.length > 0) rows.push(["from", login.sourceAddresses.join(", ")]);
  for (const { virtualPath, access, fileGroup, replicate } of folders) {
    const path = fileGroup ? `${virtualPath} → ${fileGroup}` : virtualPath;
    rows.push([access === "both" ? "up/down" : access, replicate ? `${path}, copied to the file system` : path]);
  }
  for (const subscription of subscriptions) rows.push(["receives", receives(subscription)]);
  for (const folder of serverFolders) rows.push(["server", folder]);
  return [
    `  ${colours.bold(partner)}  ${name}`,
    ...rows.map(([what, text]) => {
      const line = `    ${colours.dim(what.padEnd(9))} ${text}`;
      // A command that is broken cannot be copied.
      return what === "log in" ? line : wrap(line, columns, 14);
    }),
  ];
}

/** A path as a shell takes it: temporary folders have spaces in their names on some machines. */
const shellWord = (path: string) => (/^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

function receives({ fileGroup, publisher, match, transform, delivery }: Subscription): string {
  const which = [fileGroup, match, publisher && `of ${publisher}`].filter(Boolean).join(" ");
  const form = transform.length === 0 ? "" : ` as ${transform.at(-1)?.to}`;
  const where =
    delivery.kind === "push" ? `push to ${delivery.destination}:${delivery.remotePath}` : `in ${delivery.virtualPath}`;
  return `${which}${form}, ${where}`;
}
