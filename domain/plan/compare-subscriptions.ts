import { type Entitlements, type Subscription, sortedJson } from "../entitlements";
import type { Flow } from "./plan";
import type { Tell } from "./tell";
import { conflictWords, converted, delivery, filesOf, goal, list } from "./words";

/** Flows by their {@link subscriptionKey}. */
export type FlowsBySubscription = ReadonlyMap<string, readonly Flow[]>;

export const subscriptionKey = ({ subscriber, subscription }: Pick<Flow, "subscriber" | "subscription">) =>
  `${subscriber}/${subscription}`;

/** Of both revisions, in the names of the plan. */
export interface FlowsOfBoth {
  before: FlowsBySubscription;
  after: FlowsBySubscription;
  /** The partner with this original id, by the name that the plan has for it. */
  nameBefore: (originalId: string) => string;
  nameAfter: (originalId: string) => string;
}

/** Which files start or stop flowing to the partner, and in which form they come. */
export function compareSubscriptions(
  partner: string,
  before: Entitlements | null,
  after: Entitlements | null,
  flows: FlowsOfBoth,
  tell: Tell,
): void {
  const left = new Map(before?.subscriptions.map((subscription) => [subscription.name, subscription]));
  const right = new Map(after?.subscriptions.map((subscription) => [subscription.name, subscription]));
  const ofThis = (all: FlowsBySubscription, subscription: string) =>
    all.get(subscriptionKey({ subscriber: partner, subscription })) ?? [];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [from, to] = [left.get(name), right.get(name)];
    const sources = { before: ofThis(flows.before, name), after: ofThis(flows.after, name) };
    const say = { partner, before, after, sources, tell, flows };
    if (to === undefined && from !== undefined) tellEnd(say, from);
    else if (from === undefined && to !== undefined) tellBeginning(say, to);
    else if (from !== undefined && to !== undefined) tellDifference(say, from, to);
  }
}

interface Say {
  partner: string;
  before: Entitlements | null;
  after: Entitlements | null;
  /** The flows of the subscription at hand. */
  sources: { before: readonly Flow[]; after: readonly Flow[] };
  flows: FlowsOfBoth;
  tell: Tell;
}

/** `northwind-clinic (/claims)`, for each upload folder. */
const places = (sources: readonly Flow[]) =>
  list(
    [...Map.groupBy(sources, ({ publisher }) => publisher)].map(
      ([publisher, own]) => `${publisher} (${own.map(({ virtualPath }) => virtualPath).join(", ")})`,
    ),
  );

const sourceKey = ({ publisher, virtualPath, fileGroup }: Flow) => `${publisher}${virtualPath} ${fileGroup}`;

const without = (flows: readonly Flow[], others: readonly Flow[]) => {
  const known = new Set(others.map(sourceKey));
  return flows.filter((flow) => !known.has(sourceKey(flow)));
};

/** Why a subscription to files of others wants a look: those who upload them are not asked. */
const ofEverybody = "it takes the files of every partner that uploads them, now or later";
const ofOthers = (partner: string, sources: readonly Flow[]) =>
  sources.some(({ publisher }) => publisher !== partner) && "it gets files of another partner";

function tellBeginning({ partner, after, sources, tell }: Say, subscription: Subscription): void {
  const danger = subscription.publisher === null && ofEverybody;
  const how = `${converted(subscription.transform)}, ${delivery(subscription.delivery, after?.destinations ?? [])}`;
  if (sources.after.length === 0) {
    tell("subscription-added", `${partner} subscribes to ${filesOf(subscription)}, which nobody uploads yet: ${how}`, {
      danger,
      notice: "no file flows",
    });
    return;
  }
  tell(
    "flow-started",
    `${filesOf(subscription)} of ${places(sources.after)} start to flow to ${partner} (subscription ${subscription.name}): ${how}`,
    { danger, notice: ofOthers(partner, sources.after) },
  );
}

function tellEnd({ partner, sources, tell }: Say, subscription: Subscription): void {
  const { name } = subscription;
  if (sources.before.length === 0) {
    tell("subscription-removed", `${partner} no longer subscribes to ${filesOf(subscription)}, which nobody uploaded`);
    return;
  }
  tell(
    "flow-stopped",
    `${filesOf(subscription)} of ${places(sources.before)} stop flowing to ${partner} (subscription ${name}); what is not delivered yet is cancelled`,
    { danger: "files are no longer delivered" },
  );
}

function tellDifference(say: Say, from: Subscription, to: Subscription): void {
  const { partner, sources, tell } = say;
  const aspects = changedAspects(say, from, to);
  if (aspects.length > 0) {
    const isWider = to.publisher === null && (from.publisher !== null || from.fileGroup !== to.fileGroup);
    tell("subscription-changed", `${partner}'s subscription ${to.name} ${list(aspects)}`, {
      danger: isWider && ofEverybody,
      notice: "the files that arrive differ from those before",
    });
  }
  // Of a subscription that is as it was, somebody else has changed what flows.
  const isSame = aspects.length === 0;
  const started = without(sources.after, sources.before);
  if (started.length > 0) {
    const how = `${converted(to.transform)}, ${delivery(to.delivery, say.after?.destinations ?? [])}`;
    tell(
      "flow-started",
      `${filesOf(to)} of ${places(started)} start to flow to ${partner} (subscription ${to.name}): ${how}`,
      {
        notice: isSame
          ? `${partner} subscribes to the group, and its own files are unchanged`
          : ofOthers(partner, started),
      },
    );
  }
  const stopped = without(sources.before, sources.after);
  if (stopped.length > 0) {
    tell(
      "flow-stopped",
      `${filesOf(from)} of ${places(stopped)} stop flowing to ${partner} (subscription ${to.name})`,
      {
        danger: isSame
          ? "the subscription stays, and nothing is uploaded for it there"
          : "files are no longer delivered",
      },
    );
  }
}

/** In which ways a subscription differs, as predicates: `takes remittances files instead of claims files`. */
function changedAspects({ before, after, flows }: Say, from: Subscription, to: Subscription): string[] {
  const aspects: string[] = [];
  if (from.fileGroup !== to.fileGroup) aspects.push(`takes ${to.fileGroup} files instead of ${from.fileGroup} files`);
  const publishers = [
    from.publisher === null ? "everybody" : flows.nameBefore(from.publisher),
    to.publisher === null ? "everybody" : flows.nameAfter(to.publisher),
  ];
  if (publishers[0] !== publishers[1]) aspects.push(`takes files of ${publishers[1]} instead of ${publishers[0]}`);
  if (from.match !== to.match) {
    aspects.push(`takes ${to.match ?? "every file"} instead of ${from.match ?? "every file"}`);
  }
  const forms = [converted(from.transform), converted(to.transform)];
  if (forms[0] !== forms[1]) aspects.push(`delivers files ${forms[1]} instead of ${forms[0]}`);
  else if (sortedJson(from.transform) !== sortedJson(to.transform)) aspects.push("transforms with other SQL");
  if (goal(from.delivery, []) !== goal(to.delivery, [])) {
    const [was, is] = [goal(from.delivery, before?.destinations ?? []), goal(to.delivery, after?.destinations ?? [])];
    aspects.push(`has its files ${is}, instead of ${was}`);
  }
  if (from.delivery.fileName !== to.delivery.fileName) {
    aspects.push(`names files ${to.delivery.fileName} instead of ${from.delivery.fileName}`);
  }
  const [was, is] = [conflictWords[from.delivery.onConflict], conflictWords[to.delivery.onConflict]];
  if (was !== is) aspects.push(`delivers ${is}, instead of ${was}`);
  return aspects;
}
