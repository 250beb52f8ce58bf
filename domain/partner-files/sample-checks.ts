import { suggestion } from "../nearest";
import { wholeFile } from "../problem";
import { anyIn } from "./any-in";
import type { Check, Folder, Report } from "./check";
import { foldersAreKnown } from "./folders-are-known";

/** Samples, which are the contract with a partner. */
export const sampleChecks: Record<string, Check> = {
  "Every sample belongs to a subscription or an upload folder": samplesBelong,
};

function samplesBelong({ partners, broken }: Folder, report: Report): void {
  for (const partner of partners) {
    const { id, settings, subscriptions, samples } = partner;
    const names = subscriptions.map(({ name }) => name);
    for (const { subscription, file } of samples.contracts) {
      if (names.includes(subscription) || anyIn(broken, `${id}/subscriptions/`)) continue;
      report({
        ...wholeFile(file),
        message: `${id} has no subscription "${subscription}"`,
        fix: `${suggestion(subscription, names, "add it")} (files that this partner uploads go under samples/uploads/)`,
      });
    }
    const folders = settings.folders
      .filter(({ access }) => access !== "download")
      .map(({ virtualPath }) => virtualPath);
    for (const { virtualPath, file } of samples.uploads) {
      if (folders.includes(virtualPath) || !foldersAreKnown(partner)) continue;
      report({
        ...wholeFile(file),
        message: `${id} has no upload folder "${virtualPath}"`,
        fix: suggestion(virtualPath, folders, "add the folder to partner.yaml"),
      });
    }
  }
}
