import type { LoginEntitlement } from "../entitlements";
import { addressIsIn } from "../source-address";
import type { Tell } from "./tell";
import { addresses, fingerprint, list, methods } from "./words";

/** Who gets in, how, and from where. */
export function compareLogin(
  partner: string,
  before: LoginEntitlement | null,
  after: LoginEntitlement | null,
  tell: Tell,
): void {
  if (before === null && after === null) return;
  if (after === null) {
    tell("login-removed", `${partner} can no longer log in: its login ${before?.username} is removed`, {
      danger: "somebody loses access",
    });
  } else if (before === null) {
    const from = after.endpoint === "internal" ? "" : `, from ${addresses(after.sourceAddresses)}`;
    tell("login-added", `${partner} can log in ${on(after)} as ${after.username}, with ${methods(after)}${from}`, {
      notice: after.endpoint === "partner" && after.sourceAddresses.length === 0 && "there is no list of addresses",
    });
  } else {
    compareNames(partner, before, after, tell);
    comparePasswords(partner, before, after, tell);
    compareKeys(partner, before, after, tell);
    compareAddresses(partner, before, after, tell);
  }
}

const on = ({ endpoint }: LoginEntitlement) => `on the ${endpoint} endpoint`;

function compareNames(partner: string, before: LoginEntitlement, after: LoginEntitlement, tell: Tell): void {
  if (before.username !== after.username) {
    tell("username-changed", `${partner} must log in as ${after.username} instead of ${before.username}`, {
      danger: `${before.username} can no longer log in${after.passwordVersion === null ? "" : ", and there is a new password"}`,
    });
  }
  if (before.endpoint !== after.endpoint) {
    tell("endpoint-changed", `${partner} must log in ${on(after)} instead of ${on(before)}`, {
      danger: "its present way in is closed",
    });
  }
}

function comparePasswords(partner: string, before: LoginEntitlement, after: LoginEntitlement, tell: Tell): void {
  const [from, to] = [before.passwordVersion, after.passwordVersion];
  if (from === to) return;
  if (from === null) {
    tell("password-issued", `${partner} gets a password, which the deployment issues for hand-over`);
  } else if (to === null) {
    tell("password-removed", `${partner} can no longer log in with its password`, {
      notice: "only keys are left",
    });
  } else if (to > from) {
    tell("password-rotated", `${partner} gets a new password (version ${to} after ${from})`, {
      notice: "the old one ends with the deployment",
    });
  } else {
    tell("password-version-lowered", `${partner} keeps its password: version ${to} is older than ${from}`, {
      notice: "no password is issued for a version that was there before",
    });
  }
}

function compareKeys(partner: string, before: LoginEntitlement, after: LoginEntitlement, tell: Tell): void {
  for (const key of after.publicKeys.filter((line) => !before.publicKeys.includes(line))) {
    tell("key-added", `${partner} can log in with the key ${fingerprint(key)}`, { notice: "a new way in" });
  }
  for (const key of before.publicKeys.filter((line) => !after.publicKeys.includes(line))) {
    tell("key-removed", `${partner} can no longer log in with the key ${fingerprint(key)}`, {
      notice: "who still uses it is locked out",
    });
  }
}

function compareAddresses(partner: string, before: LoginEntitlement, after: LoginEntitlement, tell: Tell): void {
  const [from, to] = [before.sourceAddresses, after.sourceAddresses];
  if (from.join() === to.join()) return;
  const added = from.length === 0 ? [] : to.filter((block) => !isCovered(block, from));
  const removed = to.length === 0 ? [] : from.filter((block) => !isCovered(block, to));
  if (to.length === 0) {
    tell("addresses-widened", `${partner} can log in from anywhere, and no longer from ${list(from)} only`, {
      danger: "the list of addresses is removed",
    });
  } else if (from.length === 0) {
    tell("addresses-narrowed", `${partner} can log in from ${list(to)} only, and no longer from anywhere`, {
      notice: "other addresses are shut out",
    });
  } else if (added.length > 0) {
    const less = removed.length === 0 ? "" : `, and no longer from ${list(removed)}`;
    tell("addresses-widened", `${partner} can log in from ${list(added)} as well${less}`, {
      danger: "more addresses are let in",
    });
  } else if (removed.length > 0) {
    tell("addresses-narrowed", `${partner} can no longer log in from ${list(removed)}, only from ${list(to)}`, {
      notice: "other addresses are shut out",
    });
  } else {
    tell("addresses-rewritten", `${partner} can log in from the same addresses, now written as ${list(to)}`);
  }
}

/** Whether one of the blocks holds all of this one. */
function isCovered(block: string, blocks: readonly string[]): boolean {
  const [network = "", length] = block.split("/");
  return blocks.some(
    (other) =>
      other.includes(":") === block.includes(":") &&
      Number(other.split("/")[1]) <= Number(length) &&
      addressIsIn(network, [other]),
  );
}
