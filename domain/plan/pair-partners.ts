import type { PartnerAccess } from "../partner-access";

/** A partner in both revisions, under whatever id; one side is undefined where it is created or removed. */
export interface PartnerPair {
  before: PartnerAccess | undefined;
  after: PartnerAccess | undefined;
}

/** Finds each partner's other side, across renames that are declared. Sorted by id, the one after the change first. */
export function pairPartners(before: readonly PartnerAccess[], after: readonly PartnerAccess[]): PartnerPair[] {
  const left = new Map(before.map((access) => [access.partner, access]));
  const pairs: PartnerPair[] = [];
  const stays = after.filter(({ partner }) => left.has(partner));
  // Those that keep their id come first, so that nobody is taken for somebody else.
  for (const access of [...stays, ...after.filter((other) => !stays.includes(other))]) {
    const id = left.has(access.partner) ? access.partner : access.previously.findLast((former) => left.has(former));
    const counterpart = id === undefined ? undefined : left.get(id);
    if (id !== undefined) left.delete(id);
    pairs.push({ before: counterpart, after: access });
  }
  for (const access of left.values()) pairs.push({ before: access, after: undefined });
  const idOf = (pair: PartnerPair) => (pair.after ?? pair.before)?.partner ?? "";
  return pairs.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}
