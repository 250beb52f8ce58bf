import type { PartnerPair } from "./pair-partners";
import type { Change } from "./plan";

/**
 * New partners that are probably removed ones under another id: the same user name, the same name, or an id that the
 * removed one had before. Without `previously` they would start with no files and no history.
 */
export function likelyRenames(pairs: readonly PartnerPair[]): Change[] {
  const removed = pairs.flatMap(({ before, after }) => (before && !after ? [before] : []));
  return pairs.flatMap(({ before, after }): Change[] => {
    if (before || !after) return [];
    const { partner, name, username } = after;
    const former = removed.find(
      (other) =>
        other.name === name || (username !== null && other.username === username) || other.previously.includes(partner),
    );
    if (former === undefined) return [];
    const ids = [...former.previously, former.partner];
    return [
      {
        kind: "partner-likely-renamed",
        partner,
        risk: "danger",
        because: "a new partner has no files, no password and no history",
        sentence: `${partner} looks like ${former.partner} under another id; if so, write \`previously: ${ids.length === 1 ? ids[0] : `[${ids.join(", ")}]`}\` into ${partner}/partner.yaml`,
      },
    ];
  });
}
