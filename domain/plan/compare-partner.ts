import { type Entitlements, sortedJson } from "../entitlements";
import type { PartnerAccess } from "../partner-access";
import { compareDestinations } from "./compare-destinations";
import { compareFolders } from "./compare-folders";
import { compareLogin } from "./compare-login";
import { compareNotifications } from "./compare-notifications";
import { compareSubscriptions, type FlowsOfBoth } from "./compare-subscriptions";
import type { PartnerPair } from "./pair-partners";
import type { Change } from "./plan";
import type { Tell } from "./tell";

/** All changes of one partner, in the order in which a reviewer asks. */
export function comparePartner({ before, after }: PartnerPair, flows: FlowsOfBoth): Change[] {
  const partner = (after ?? before)?.partner ?? "";
  const changes: Change[] = [];
  const tell: Tell = (kind, sentence, { danger, notice } = {}) => {
    const risk = danger ? "danger" : notice ? "notice" : "none";
    changes.push({ kind, partner, risk, because: danger || notice || null, sentence });
  };
  if (after === undefined) {
    if (before !== undefined) tellRemoval(before, tell);
    compareSubscriptions(partner, before?.entitlements ?? null, null, flows, tell);
    return changes;
  }
  const from = before?.entitlements ?? null;
  const to = after.entitlements;
  tellIdentity(before, after, tell);
  compareLogin(partner, from?.login ?? null, to.login, tell);
  compareFolders(partner, from, to, tell);
  compareDestinations(partner, from?.destinations ?? [], to.destinations, tell);
  compareNotifications(partner, before?.notifications ?? [], after.notifications, tell);
  compareSubscriptions(partner, from, to, flows, tell);
  if (changes.length === 0) tellOthers(from, to, tell);
  return changes;
}

function tellRemoval({ partner, name, username }: PartnerAccess, tell: Tell): void {
  const login = username === null ? "" : `: its login ${username} ends`;
  tell("partner-removed", `${partner} (${name}) is removed${login}; its files and history stay`, {
    danger: "a partner is removed",
  });
}

function tellIdentity(before: PartnerAccess | undefined, after: PartnerAccess, tell: Tell): void {
  const { partner, name, originalId } = after;
  if (before === undefined) {
    tell("partner-created", `${partner} (${name}) is a new partner`);
    return;
  }
  if (before.partner !== partner) {
    tell(
      "partner-renamed",
      `${before.partner} is called ${partner} from now on, and keeps its files under ${originalId}/, its login and its history`,
      { notice: "file names made with {publisher} say the new id" },
    );
  }
  if (before.originalId !== originalId) {
    tell(
      "former-ids-changed",
      `${partner} is ${originalId} by its first id, no longer ${before.originalId}: files and secrets are looked for under that name`,
      { danger: "it no longer sees the files that it has" },
    );
  } else if (before.partner === partner && before.previously.join() !== after.previously.join()) {
    tell("former-ids-changed", `${partner} declares other former ids than before: ${after.previously.join(", ")}`, {
      notice: "they decide whose history it continues",
    });
  }
  if (before.name !== name) tell("partner-name-changed", `${partner} is named ${name}, no longer ${before.name}`);
}

/** The net below everything else: what no sentence is made for is still said. */
function tellOthers(from: Entitlements | null, to: Entitlements, tell: Tell): void {
  if (from === null || sortedJson(from) === sortedJson(to)) return;
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])] as (keyof Entitlements)[];
  const changed = keys.filter((key) => sortedJson(from[key] ?? null) !== sortedJson(to[key] ?? null));
  tell("other", `${to.partner}'s entitlements change in ${changed.join(", ")}`, { notice: "look at the files" });
}
