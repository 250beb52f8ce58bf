import { originalId } from "../../domain/partner-files/former-ids";
import type { Partner } from "../../domain/partner-files/partner";
import type { Change } from "../program/local-stack";

/** The partners that own one of the changed resources: those are named after the first id that a partner ever had. */
export function touchedPartners<One extends Pick<Partner, "id" | "settings">>(
  partners: readonly One[],
  changes: readonly Pick<Change, "name">[],
): One[] {
  const names = new Set(changes.map(({ name }) => name.split("/", 1)[0]));
  return partners.filter((partner) => names.has(originalId(partner)));
}
