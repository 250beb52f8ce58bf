import type { PartnerAccess } from "../partner-access";
import { byKey } from "./by-key";
import { comparePartner } from "./compare-partner";
import { subscriptionKey } from "./compare-subscriptions";
import { type ExactFlow, flows } from "./flows";
import { likelyRenames } from "./likely-renames";
import { type PartnerPair, pairPartners } from "./pair-partners";
import type { Change, Flow, FlowChange, Plan } from "./plan";
import { mostRemovals, removalRefusal } from "./removal-limit";

export interface PlanOptions {
  /** Plan any number of removals. */
  allowRemovals?: boolean;
  /** The share that may be removed otherwise, in percent. */
  removalShare?: number;
  notes?: readonly string[];
}

/** The typed difference between two revisions of all partners. Equal ones give a plan without changes. */
export function makePlan(
  before: readonly PartnerAccess[],
  after: readonly PartnerAccess[],
  { allowRemovals = false, removalShare = mostRemovals, notes = [] }: PlanOptions = {},
): Plan {
  const pairs = pairPartners(before, after);
  const present = new Map(pairs.map((pair) => [pair.before?.partner, (pair.after ?? pair.before)?.partner]));
  const nameOf = (partner: string) => present.get(partner) ?? partner;
  const [flowsBefore, flowsAfter] = [flows(before, nameOf), flows(after, (partner) => partner)];
  const both = {
    before: Map.groupBy(flowsBefore, subscriptionKey),
    after: Map.groupBy(flowsAfter, subscriptionKey),
    nameBefore: (id: string) => nameOf(before.find(({ originalId }) => originalId === id)?.partner ?? id),
    nameAfter: (id: string) => after.find(({ originalId }) => originalId === id)?.partner ?? id,
  };
  const suspected = likelyRenames(pairs);
  const plan = {
    before: census(before),
    after: census(after),
    removed: removals(pairs),
    changes: pairs.flatMap((pair): Change[] => {
      const suspicion = suspected.filter(({ partner }) => partner === pair.after?.partner);
      return [...comparePartner(pair, both), ...suspicion];
    }),
    flows: compareFlows(flowsBefore, flowsAfter),
    notes: [...notes],
  };
  return { ...plan, refusal: allowRemovals ? null : removalRefusal(plan, removalShare) };
}

const census = (partners: readonly PartnerAccess[]) => ({
  partners: partners.length,
  logins: partners.filter(({ username }) => username !== null).length,
});

function removals(pairs: readonly PartnerPair[]): Plan["removed"] {
  const usernames = new Set(pairs.map(({ after }) => after?.username));
  return {
    partners: pairs.flatMap(({ before, after }) => (before && !after ? [before.partner] : [])),
    logins: pairs.flatMap(({ before }) =>
      before?.username && !usernames.has(before.username) ? [before.username] : [],
    ),
  };
}

function compareFlows(before: readonly ExactFlow[], after: readonly ExactFlow[]): FlowChange[] {
  const key = ({ publisher, virtualPath, fileGroup, subscriber, subscription }: Flow) =>
    [publisher, virtualPath, fileGroup, subscriber, subscription].join("\n");
  return byKey(before, after, key).flatMap(([, from, to]): FlowChange[] => {
    const flow = to ?? from;
    if (flow === undefined) return [];
    const { exact: _, ...shown } = flow;
    return [{ change: from === undefined ? "started" : to === undefined ? "stopped" : "changed", ...shown }];
  });
}
