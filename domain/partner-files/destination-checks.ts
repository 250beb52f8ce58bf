import { isKeyMistake, parseSshPublicKey } from "../ssh-public-key";
import { anyIn } from "./any-in";
import type { Check, Folder, Report } from "./check";

/** The servers that files are pushed to. */
export const destinationChecks: Record<string, Check> = {
  "Pinned host keys are SSH public keys": hostKeysAreKeys,
  "Every destination is used": destinationsAreUsed,
};

function hostKeysAreKeys({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [name, { hostKeys }] of Object.entries(settings.destinations)) {
      const seen = new Set<string>();
      for (const [index, text] of hostKeys.entries()) {
        const where = source.locate(["destinations", name, "hostKeys", index]);
        const key = parseSshPublicKey(text);
        if (isKeyMistake(key)) report({ ...where, ...key });
        else if (seen.has(key.fingerprint))
          report({ ...where, message: "this host key is pinned twice", fix: "remove one of them" });
        else seen.add(key.fingerprint);
      }
    }
  }
}

function destinationsAreUsed({ partners, broken }: Folder, report: Report): void {
  for (const { id, settings, subscriptions, source } of partners) {
    if (anyIn(broken, `${id}/subscriptions/`)) continue;
    const names = Object.keys(settings.destinations);
    const used = subscriptions.flatMap(({ settings }) => settings.deliver.push?.destination ?? []);
    // The one that seems to be unused may be the one that a subscription misspells.
    if (used.some((name) => !names.includes(name))) continue;
    for (const name of names) {
      if (used.includes(name)) continue;
      report({
        ...source.locate(["destinations", name], "key"),
        message: `no subscription pushes to "${name}"`,
        fix: "remove it, or name it in a `deliver:`",
      });
    }
  }
}
