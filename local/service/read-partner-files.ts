import type { ProblemReport } from "../../cli/problem-report";
import { loadPartners } from "../../domain/partner-files/load-partners";
import type { Partner } from "../../domain/partner-files/partner";
import { type FileMap, readPartnerFolder } from "../../domain/partner-files/read-partner-folder";

/** The partner files have problems. */
export class PartnerProblems extends Error {
  constructor(readonly report: ProblemReport) {
    super("the partner files have problems");
  }
}

/** The partners folder cannot be read. */
export class PartnersUnreadable extends Error {}

/**
 * The partner files of a folder, and what they say.
 * @throws PartnersUnreadable
 * @throws PartnerProblems
 */
export async function readPartnerFiles(folder: string): Promise<{ files: FileMap; partners: Partner[] }> {
  const files = await readPartnerFolder(folder).catch((error: Error) => {
    throw new PartnersUnreadable(error.message);
  });
  const { partners, problems } = loadPartners(files);
  if (problems.length > 0) throw new PartnerProblems({ folder, partners: partners.length, problems });
  return { files, partners };
}
