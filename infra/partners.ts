import { partnerAccess } from "../domain/partner-access";
import { loadPartners } from "../domain/partner-files/load-partners";
import type { Partner } from "../domain/partner-files/partner";
import { readPartnerFolder } from "../domain/partner-files/read-partner-folder";
import { formatProblem } from "../domain/problem";
import { PartnerAccess, type PartnerPlatform } from "./partner-access";
import type { Stack } from "./stack";
import { stackServes } from "./stack-serves";

/**
 * The partners of a folder, checked.
 * @throws one error that lists every problem with its place and its fix.
 */
export async function readPartners(folder: string): Promise<Partner[]> {
  const { partners, problems } = loadPartners(await readPartnerFolder(folder));
  if (problems.length > 0) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    throw new Error(`${folder} has ${count}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join("\n")}`);
  }
  return partners;
}

/** The ports of all servers that deliveries are pushed to, in order. */
export function pushPorts(partners: readonly Partner[]): number[] {
  const ports = partners.flatMap((partner) => partnerAccess(partner).entitlements.destinations.map(({ port }) => port));
  return [...new Set(ports)].sort((a, b) => a - b);
}

export function partners(stack: Stack, platform: PartnerPlatform, all: readonly Partner[]): void {
  const decided = all.map(partnerAccess);
  stackServes(stack, decided);
  for (const partner of decided) new PartnerAccess(stack, platform, partner);
}
