import type { CreateFolderMarker } from "../../adapters/folder-markers";
import type { log } from "../../adapters/log";
import { originalIdOf } from "../../domain/entitlements";
import { applyEntitlements } from "../../domain/ledger/entitlements/apply-entitlements";
import { completeSource } from "../../domain/ledger/entitlements/complete-source";
import { disablePartner } from "../../domain/ledger/entitlements/disable-partner";
import { findUsernameOwner } from "../../domain/ledger/entitlements/find-username-owner";
import type { Ledger } from "../../domain/ledger/ledger";
import { type IssuePasswordDependencies, issuePassword, revokePassword } from "./issue-password";
import { type ReconcileInput, sourceOf } from "./reconcile-input";

export interface ReconcileDependencies extends IssuePasswordDependencies {
  ledger: Ledger;
  createFolderMarker: CreateFolderMarker;
  log: typeof log;
}

/** Kept in Pulumi's state as the resource's result: no secret, and nothing that differs from run to run without cause. */
export interface ReconcileResult {
  partner: string;
  state: "active" | "disabled" | "superseded";
  /** `none`: the login has no password, or there is no login. */
  password: "issued" | "kept" | "none";
}

/**
 * Makes the running system agree with one partner's entitlements, or ends the partner's access where its resource is
 * deleted. Every step can be repeated, so a run that broke off is healed by the next.
 *
 * Pulumi replaces a resource by creating the new one first and deleting the old one afterwards. A delete that comes
 * then must not end the access which the create has just given, so the database remembers which resource a partner comes
 * from, and the delete of another is `superseded` and does nothing. While a replacement is under way (or broke off) both
 * count, because a removal may then come with either. The input itself does not matter: after a run that was killed, the
 * program may know an older one than the database.
 */
export async function reconcile(input: ReconcileInput, dependencies: ReconcileDependencies): Promise<ReconcileResult> {
  const result = input.tf.action === "delete" ? await withdraw(input, dependencies) : await apply(input, dependencies);
  dependencies.log("info", "partner reconciled", { action: input.tf.action, ...result });
  return result;
}

async function apply(input: ReconcileInput, dependencies: ReconcileDependencies): Promise<ReconcileResult> {
  const { entitlements, destinationSecrets, tf } = input;
  const { partner, login, folders } = entitlements;
  const { ledger, createFolderMarker } = dependencies;
  const source = sourceOf(input);
  const { formerUsername, formerId, cancelled, requeued } = await ledger.transaction((transaction) =>
    applyEntitlements(transaction, entitlements, destinationSecrets, source),
  );
  if (formerId !== null) dependencies.log("info", "partner renamed", { partner, formerId });
  if (cancelled > 0) dependencies.log("warn", "deliveries cancelled", { partner, cancelled });
  if (requeued > 0) dependencies.log("info", "deliveries go elsewhere", { partner, requeued });
  for (const { objectPrefix } of folders) await createFolderMarker(objectPrefix);
  // The row's former user name is gone when a broken run is repeated; what the program knew before is not.
  await revokeUnowned([formerUsername, tf.prev_input?.entitlements.login?.username], dependencies);
  const password = await settlePassword(login, dependencies);
  await completeSource(ledger, partner, source);
  return { partner, state: "active", password };
}

async function settlePassword(
  login: ReconcileInput["entitlements"]["login"],
  dependencies: ReconcileDependencies,
): Promise<ReconcileResult["password"]> {
  if (login === null) return "none";
  if (login.passwordVersion !== null) return issuePassword(login.username, login.passwordVersion, dependencies);
  await revokePassword(login.username, dependencies);
  return "none";
}

async function withdraw(input: ReconcileInput, dependencies: ReconcileDependencies): Promise<ReconcileResult> {
  const { entitlements } = input;
  const source = sourceOf(input);
  const result = await dependencies.ledger.transaction((transaction) =>
    disablePartner(transaction, originalIdOf(entitlements), source),
  );
  if (result.outcome === "superseded") {
    // Right after a replacement, which a deployment shows; at any other time it is access that nobody means to give.
    if (result.kept) dependencies.log("error", "access kept", { source, ...result.kept });
    return { partner: entitlements.partner, state: "superseded", password: "none" };
  }
  const { partner, username, cancelled } = result;
  if (cancelled > 0) dependencies.log("warn", "deliveries cancelled", { partner, cancelled });
  await revokeUnowned([username, entitlements.login?.username], dependencies);
  return { partner, state: "disabled", password: "none" };
}

/** Revokes the passwords of user names that no partner has (any more): one may have moved to another partner. */
async function revokeUnowned(
  usernames: readonly (string | null | undefined)[],
  dependencies: ReconcileDependencies,
): Promise<void> {
  for (const username of new Set(usernames)) {
    if (username == null || (await findUsernameOwner(dependencies.ledger, username)) !== null) continue;
    await revokePassword(username, dependencies);
  }
}
