import { someOf, suggestion } from "../../domain/nearest";
import { type LoadedPartners, loadPartners } from "../../domain/partner-files/load-partners";
import type { Partner } from "../../domain/partner-files/partner";
import { type FileMap, readPartnerFolder } from "../../domain/partner-files/read-partner-folder";
import type { Ask } from "./ask";

export interface LoadedFolder extends LoadedPartners {
  files: FileMap;
}

/** Reads a partners folder. It may have problems: a change that ends them is welcome. */
export async function loadFolder(folder: string): Promise<LoadedFolder> {
  const files = await readPartnerFolder(folder);
  return { files, ...loadPartners(files) };
}

/** The partner with the id that was given or is asked for. @throws where there is none. */
export async function choosePartner(ask: Ask, { partners }: LoadedFolder, given: string | undefined): Promise<Partner> {
  const ids = partners.map(({ id }) => id);
  const id = await ask.text({
    option: "ID",
    what: `The partner's id (${someOf(ids)})`,
    given,
    mistake: (answer) =>
      ids.includes(answer) ? undefined : `there is no partner "${answer}"; ${suggestion(answer, ids)}`,
  });
  const partner = partners.find((candidate) => candidate.id === id);
  if (!partner) throw new Error(`there is no partner "${id}"`);
  return partner;
}
