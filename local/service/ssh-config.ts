import type { LocalLogin } from "../console/partner-lines";

/** A login with the name under which OpenSSH's clients find it. */
export interface SshAlias extends LocalLogin {
  /** A word of letters, digits and hyphens. */
  alias: string;
}

/**
 * What `ssh -F` and `sftp -F` read so that an alias is all that a person types: where each login is, which key it takes
 * and which host keys to expect. Those of one machine's services change with each start, and would fill a person's own
 * `known_hosts`.
 */
export function sshConfig(logins: readonly SshAlias[], knownHostsFile: string): string {
  const hosts = logins.map(({ alias, host, port, username, privateKeyFile }) =>
    [
      `Host ${alias}`,
      `  HostName ${host}`,
      `  Port ${port}`,
      `  User ${username}`,
      // Without it, every key that the person has would be offered before the password is asked for.
      privateKeyFile ? `  IdentityFile ${quoted(privateKeyFile)}` : "  PubkeyAuthentication no",
    ].join("\n"),
  );
  const all = [
    "Host *",
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${quoted(knownHostsFile)}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
  ];
  return `${[...hosts, all.join("\n")].join("\n\n")}\n`;
}

/** The host keys of the servers that these logins are on, as `known_hosts` has them. */
export function knownHosts(logins: readonly LocalLogin[]): string {
  const lines = logins.flatMap(({ host, port, hostKeys }) => hostKeys.map((key) => `[${host}]:${port} ${key}\n`));
  return [...new Set(lines)].join("");
}

/** A percent sign would begin a token such as %h. */
const quoted = (path: string) => `"${path.replaceAll("%", "%%")}"`;
