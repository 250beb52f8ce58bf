import type { HandOverSecrets } from "../../adapters/hand-over-secrets";
import type { PasswordUsers } from "../../adapters/password-users";
import { newPassword } from "./new-password";

export interface IssuePasswordDependencies {
  passwordUsers: PasswordUsers;
  handOverSecrets: HandOverSecrets;
  clock: () => Date;
}

/**
 * Lets the user in with a password of (at least) this version: the one in force, or a new one where there is none, an
 * older one, or a user that Cognito knows without a password because it was created anew.
 *
 * A new one is stored for hand-over, then set, then marked as in force. A crash between these leaves the mark on the
 * old version, and the next run issues another password: nobody has been given the first one yet. So passwords need
 * never be read back, and this function's role cannot read them.
 */
export async function issuePassword(
  username: string,
  passwordVersion: number,
  { passwordUsers, handOverSecrets, clock }: IssuePasswordDependencies,
): Promise<"issued" | "kept"> {
  const isSet = await passwordUsers.hasPassword(username);
  const inForce = await handOverSecrets.versionInForce(username);
  const isCurrent = isSet && inForce !== null && inForce >= passwordVersion;
  if (!isCurrent) {
    const password = newPassword();
    await handOverSecrets.write({ username, password, passwordVersion, issuedAt: clock().toISOString() });
    await passwordUsers.setPassword(username, password);
    await handOverSecrets.markInForce(username, passwordVersion);
  }
  await passwordUsers.enable(username);
  return isCurrent ? "kept" : "issued";
}

/** Takes a user's password away: Cognito lets it in no more, and nothing is left to hand over. */
export async function revokePassword(
  username: string,
  { passwordUsers, handOverSecrets }: Omit<IssuePasswordDependencies, "clock">,
): Promise<void> {
  await passwordUsers.disable(username);
  await handOverSecrets.remove(username);
}
