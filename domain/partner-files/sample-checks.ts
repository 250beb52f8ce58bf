import { suggestion } from "../nearest";
import { wholeFile } from "../problem";
import { anyIn } from "./any-in";
import type { Check, Folder, Report } from "./check";
import { foldersAreKnown } from "./folders-are-known";

/** Samples, which are the contract with a partner. */
export const sampleChecks: Record<string, Check> = {
  "Every sample belongs to a subscription or an upload folder": samplesBelong,
  "An expected result is what its subscription can write": expectedResultsFit,
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

function expectedResultsFit({ partners, broken }: Folder, report: Report): void {
  for (const { id, subscriptions, samples } of partners) {
    for (const { subscription: name, file, content, expected } of samples.contracts) {
      const subscription = subscriptions.find((one) => one.name === name);
      if (!expected || !subscription || broken.has(subscription.source.file)) continue;
      const format = subscription.settings.transform?.at(-1)?.convert.to;
      const right = `${file.replace(/\.[^./]*$/, "")}.expected.${format}`;
      if (format === undefined && Buffer.compare(content, expected.content) !== 0) {
        report({
          ...wholeFile(expected.file),
          message: `${id}/${name} transforms nothing, so ${file} arrives as it is`,
          fix: "add a `transform:` to the subscription, or delete this file",
        });
      } else if (format !== undefined && expected.file !== right) {
        report({
          ...wholeFile(expected.file),
          message: `${id}/${name} writes ${format}`,
          fix: `rename this file to ${right.slice(right.lastIndexOf("/") + 1)}`,
        });
      }
    }
  }
}
