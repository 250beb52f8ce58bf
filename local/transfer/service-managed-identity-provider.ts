import { readHomeDirectory } from "./home-directory";
import type { HomeDirectory, IdentityProvider } from "./identity-provider";
import type { ServiceManagedUser } from "./user-handlers";

/**
 * Transfer Family's own directory of users, which knows keys and no passwords. It is asked anew for each login, so a
 * user or a key that is gone opens no further session; those that are open stay, as on AWS.
 */
export function serviceManagedIdentityProvider(users: ReadonlyMap<string, ServiceManagedUser>): IdentityProvider {
  return async ({ username, password }) => {
    const user = users.get(username);
    if (user === undefined || password !== undefined) return undefined;
    const { role, policy } = user.inputs;
    const publicKeys = [...user.sshKeys.values()];
    return { role, home: homeOf(user.inputs), publicKeys, ...(policy !== undefined && { policy }) };
  };
}

/** A user's home directory. Throws an IdentityProviderError for one that Transfer Family refuses. */
export function homeOf({
  userName,
  homeDirectoryType: type,
  homeDirectory: directory,
  homeDirectoryMappings: mappings,
}: Pick<
  ServiceManagedUser["inputs"],
  "userName" | "homeDirectoryType" | "homeDirectory" | "homeDirectoryMappings"
>): HomeDirectory {
  const details = mappings && JSON.stringify(mappings.map(({ entry, target }) => ({ Entry: entry, Target: target })));
  return readHomeDirectory({ type, ...(directory && { directory }), ...(details && { details }) }, userName);
}
