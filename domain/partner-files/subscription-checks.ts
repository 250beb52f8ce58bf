import { namePlaceholders, unknownPlaceholders } from "../delivered-name";
import { globMistake } from "../file-name-match";
import { harmlessName } from "../harmless-name";
import { nearest, suggestion } from "../nearest";
import type { Check, Folder, Report } from "./check";
import { foldersAreKnown } from "./folders-are-known";
import type { Partner, PartnerSubscription } from "./partner";
import { unknownGroup } from "./unknown-group";

/** What a subscription takes, and where it delivers to. */
export const subscriptionChecks: Record<string, Check> = {
  "A subscription wants a declared file group": subscriptionsWantDeclaredGroups,
  "A publisher is a partner that uploads the group": publishersUploadTheGroup,
  "A match is a glob on file names": matchesAreGlobs,
  "A push goes to one of the partner's destinations": pushesHaveADestination,
  "A place goes into one of the partner's download folders": placesHaveAFolder,
  "A file-name template uses placeholders that exist": templatesAreKnown,
};

function subscriptionsWantDeclaredGroups({ partners, fileGroups }: Folder, report: Report): void {
  for (const { subscription } of allSubscriptions(partners)) {
    const mistake = unknownGroup(subscription.settings.fileGroup, fileGroups);
    if (mistake) report({ ...subscription.source.locate(["fileGroup"]), ...mistake });
  }
}

function publishersUploadTheGroup({ partners, fileGroups, broken }: Folder, report: Report): void {
  const isUndeclared = (group = "") => fileGroups.source !== undefined && !fileGroups.names.includes(group);
  for (const { subscription } of allSubscriptions(partners)) {
    const { publisher: id, fileGroup } = subscription.settings;
    if (id === undefined) continue;
    const where = subscription.source.locate(["publisher"]);
    const publisher = partners.find((partner) => partner.id === id);
    if (publisher && !foldersAreKnown(publisher)) continue;
    if (!publisher) {
      // It may be a folder with a problem of its own, perhaps with the very name that was mistyped here.
      const folders = [...broken].flatMap((file) => /^(.+?)\//.exec(file)?.[1] ?? []);
      if (folders.includes(nearest(id, [...folders, ...partners.map((partner) => partner.id)]) ?? "")) continue;
      report({
        ...where,
        message: `unknown partner "${id}"`,
        fix: suggestion(
          id,
          partners.map((partner) => partner.id),
        ),
      });
      continue;
    }
    const uploads = publisher.settings.folders.filter(({ access }) => access !== "download");
    // A name that is unknown has been reported where it stands, and may well be this one.
    const isUnknown = isUndeclared(fileGroup) || subscription.source.isWrong(["fileGroup"]);
    if (isUnknown || uploads.some((folder) => isUndeclared(folder.fileGroup))) continue;
    if (!publisher.settings.folders.some((folder) => folder.fileGroup === fileGroup)) {
      report({
        ...where,
        message: `${id} has no folder that uploads "${fileGroup}", so this subscription would never get a file`,
        fix: "name another publisher or file group",
      });
    }
  }
}

function matchesAreGlobs({ partners }: Folder, report: Report): void {
  for (const { subscription } of allSubscriptions(partners)) {
    const { match } = subscription.settings;
    const mistake = match === undefined ? undefined : globMistake(match);
    if (mistake)
      report({
        ...subscription.source.locate(["match"]),
        message: mistake,
        fix: 'use *, ?, [abc] and {a,b}, like "*.json"',
      });
  }
}

function pushesHaveADestination({ partners }: Folder, report: Report): void {
  for (const { partner, subscription } of allSubscriptions(partners)) {
    const push = subscription.settings.deliver.push;
    const names = Object.keys(partner.settings.destinations);
    if (!push || names.includes(push.destination) || partner.source.mayLack(["destinations", push.destination]))
      continue;
    report({
      ...subscription.source.locate(["deliver", "push", "destination"]),
      message: `unknown destination "${push.destination}"`,
      fix: suggestion(push.destination, names, `declare it under \`destinations:\` in ${partner.id}/partner.yaml`),
    });
  }
}

function placesHaveAFolder({ partners }: Folder, report: Report): void {
  for (const { partner, subscription } of allSubscriptions(partners)) {
    const place = subscription.settings.deliver.place;
    if (!place || !foldersAreKnown(partner)) continue;
    const where = subscription.source.locate(["deliver", "place", "virtualPath"]);
    const folder = partner.settings.folders.find(({ virtualPath }) => virtualPath === place.virtualPath);
    const downloads = partner.settings.folders
      .filter(({ access }) => access === "download")
      .map(({ virtualPath }) => virtualPath);
    if (!folder) {
      report({
        ...where,
        message: `${partner.id} has no folder "${place.virtualPath}"`,
        fix: suggestion(place.virtualPath, downloads, "add a folder with `access: download` to partner.yaml"),
      });
    } else if (folder.access !== "download") {
      report({
        ...where,
        message: `"${place.virtualPath}" has access ${folder.access}, so what is placed there would count as an upload`,
        fix: suggestion(place.virtualPath, downloads, "add a folder with `access: download` to partner.yaml"),
      });
    }
  }
}

function templatesAreKnown({ partners }: Folder, report: Report): void {
  for (const { subscription } of allSubscriptions(partners)) {
    for (const kind of ["push", "place"] as const) {
      const template = subscription.settings.deliver[kind]?.fileName;
      if (template === undefined) continue;
      const where = subscription.source.locate(["deliver", kind, "fileName"]);
      for (const name of unknownPlaceholders(template)) {
        report({
          ...where,
          message: `unknown placeholder "{${name}}"`,
          fix: suggestion(name, Object.keys(namePlaceholders)),
        });
      }
      if (template.includes("/")) {
        report({
          ...where,
          message: "a file name has no folders in it",
          fix: "put the folder into remotePath or virtualPath",
        });
      } else if (harmlessName(template) !== template) {
        report({
          ...where,
          message: `"${template}" would be delivered as "${harmlessName(template)}"`,
          fix: 'begin with no dot, end with no dot or blank, and use neither ":" nor "\\"',
        });
      }
    }
  }
}

/** Every subscription with its partner. */
const allSubscriptions = (partners: readonly Partner[]): { partner: Partner; subscription: PartnerSubscription }[] =>
  partners.flatMap((partner) => partner.subscriptions.map((subscription) => ({ partner, subscription })));
