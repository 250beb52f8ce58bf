import { namePlaceholders, unknownPlaceholders } from "../delivered-name";
import { globMistake } from "../file-name-match";
import { harmlessName } from "../harmless-name";
import { nearest, suggestion } from "../nearest";
import { compileEntitlements } from "../partner-access";
import { type Problem, wholeFile } from "../problem";
import { longestSessionPolicy } from "../session-policy";
import { sessionPolicyLength } from "../session-policy-length";
import { cidrMistake } from "../source-address";
import { isKeyMistake, parseSshPublicKey } from "../ssh-public-key";
import { flowChecks } from "./flow-checks";
import { folderMistake } from "./folder-mistake";
import { limitChecks } from "./limit-checks";
import type { FileGroups, Partner, PartnerSubscription } from "./partner";
import { renameChecks } from "./rename-checks";
import { usernameOf } from "./username-of";
import type { YamlPath, YamlSource } from "./yaml-source";

/** What the checks look at. */
export interface Folder {
  partners: readonly Partner[];
  fileGroups: FileGroups;
  /** Files with a problem of their own: nothing is said of what may only seem to be missing from them. */
  broken: ReadonlySet<string>;
}

type Report = (problem: Problem) => void;
export type Check = (folder: Folder, report: Report) => void;

/** The rules that hold between values and files, one sentence each. All are run; each reports all it finds. */
export const checks: Record<string, Check> = {
  "A login has a password or at least one key": loginHasAMethod,
  "A login sees at least one folder": loginSeesAFolder,
  "The internal endpoint takes keys only": internalLoginHasNoPassword,
  "The internal endpoint checks no source addresses": internalLoginComesFromAnywhere,
  "A user name belongs to one login": usernamesAreUnique,
  "A user name is not root": usernameIsNotRoot,
  "A key logs in as one partner": keysAreUnique,
  "Source addresses are CIDR blocks": sourceAddressesAreBlocks,
  "Folders of a partner do not overlap": foldersDoNotOverlap,
  "Uploads belong to a declared file group, downloads to none": foldersHaveTheirFileGroup,
  "A session policy fits into 2,048 characters": sessionPolicyFits,
  "Pinned host keys are SSH public keys": hostKeysAreKeys,
  "A subscription wants a declared file group": subscriptionsWantDeclaredGroups,
  "A publisher is a partner that uploads the group": publishersUploadTheGroup,
  "A match is a glob on file names": matchesAreGlobs,
  "A push goes to one of the partner's destinations": pushesHaveADestination,
  "A place goes into one of the partner's download folders": placesHaveAFolder,
  "A file-name template uses placeholders that exist": templatesAreKnown,
  "Transform steps fit together": transformStepsFit,
  "Every SQL file is used, and every SQL that is used exists": sqlFilesAreUsed,
  "Every destination is used": destinationsAreUsed,
  "Every sample belongs to a subscription or an upload folder": samplesBelong,
  "An address is told of events once": notificationsAreUnique,
  ...renameChecks,
  ...flowChecks,
  ...limitChecks,
};

export function checkPartners(folder: Folder): Problem[] {
  const problems: Problem[] = [];
  for (const check of Object.values(checks)) check(folder, (problem) => void problems.push(problem));
  return problems;
}

const anyIn = (files: ReadonlySet<string>, folder: string) => [...files].some((file) => file.startsWith(folder));

const at = (source: YamlSource, path: YamlPath, part: "key" | "value" = "value") => source.locate(path, part);

function loginHasAMethod({ partners, broken }: Folder, report: Report): void {
  for (const { id, settings, keys, source } of partners) {
    if (!settings.login || settings.login.passwordVersion !== undefined || keys.length > 0) continue;
    if (anyIn(broken, `${id}/keys/`) || broken.has(source.file)) continue;
    report({
      ...at(source, ["login"], "key"),
      message: "nobody can use this login: it has neither a password nor a key",
      fix: `add ${settings.login.endpoint === "internal" ? "" : "`passwordVersion: 1`, or "}a public key as ${id}/keys/NAME.pub`,
    });
  }
  for (const { settings, keys, source } of partners) {
    const first = keys[0];
    if (settings.login || !first || broken.has(source.file)) continue;
    report({
      ...wholeFile(first.file),
      message: "this key belongs to no login",
      fix: "add `login:` to partner.yaml, or delete the key",
    });
  }
}

function loginSeesAFolder({ partners, broken }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (broken.has(source.file)) continue;
    if (settings.login && settings.folders.length === 0) {
      report({
        ...at(source, ["login"], "key"),
        message: "this login would see no folder",
        fix: "add `folders:`, or remove the login",
      });
    }
    if (!settings.login && settings.folders.length > 0) {
      report({
        ...at(source, ["folders"], "key"),
        message: "nobody can reach these folders",
        fix: "add `login:`, or remove them",
      });
    }
  }
}

function internalLoginHasNoPassword({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (settings.login?.endpoint !== "internal" || settings.login.passwordVersion === undefined) continue;
    report({
      ...at(source, ["login", "passwordVersion"], "key"),
      message: "the internal endpoint knows no passwords",
      fix: "remove `passwordVersion`, and add the application's public key under keys/",
    });
  }
}

function internalLoginComesFromAnywhere({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (settings.login?.endpoint !== "internal" || settings.login.sourceAddresses === undefined) continue;
    report({
      ...at(source, ["login", "sourceAddresses"], "key"),
      message: "the internal endpoint checks no source addresses",
      fix: "remove `sourceAddresses`; who reaches that endpoint is decided by its security group",
    });
  }
}

const usernamePlace = ({ settings, source }: Partner) =>
  settings.login?.username === undefined ? at(source, ["login"], "key") : at(source, ["login", "username"]);

function usernamesAreUnique({ partners }: Folder, report: Report): void {
  const owners = new Map<string, string>();
  // A partner without a user name of its own has its id: whoever wrote the same name down can choose another.
  const implicit = partners.filter(({ settings }) => settings.login?.username === undefined);
  for (const partner of new Set([...implicit, ...partners])) {
    const username = usernameOf(partner);
    if (username === undefined) continue;
    const owner = owners.get(username);
    if (owner === undefined) owners.set(username, partner.id);
    else {
      report({
        ...usernamePlace(partner),
        message: `"${username}" is already the user name of ${owner}`,
        fix: "choose another",
      });
    }
  }
}

function usernameIsNotRoot({ partners }: Folder, report: Report): void {
  for (const partner of partners) {
    if (usernameOf(partner) !== "root") continue;
    report({
      ...usernamePlace(partner),
      message: 'Transfer Family refuses the user name "root"',
      fix: "choose another as `username:`",
    });
  }
}

function keysAreUnique({ partners }: Folder, report: Report): void {
  const owners = new Map<string, string>();
  for (const { file, key } of partners.flatMap(({ keys }) => keys)) {
    const owner = owners.get(key.fingerprint);
    if (owner === undefined) owners.set(key.fingerprint, file);
    else
      report({
        ...wholeFile(file),
        message: `this is the same key as ${owner}`,
        fix: "delete one, or ask for another key",
      });
  }
}

function sourceAddressesAreBlocks({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, cidr] of (settings.login?.sourceAddresses ?? []).entries()) {
      const mistake = cidrMistake(cidr);
      if (mistake) report({ ...at(source, ["login", "sourceAddresses", index]), ...mistake });
    }
  }
}

function foldersDoNotOverlap({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, { virtualPath }] of settings.folders.entries()) {
      const earlier = settings.folders.slice(0, index).map((folder) => folder.virtualPath);
      const mistake = folderMistake(virtualPath, earlier);
      if (mistake) report({ ...at(source, ["folders", index, "virtualPath"]), ...mistake });
    }
  }
}

function foldersHaveTheirFileGroup({ partners, fileGroups, broken }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, folder] of settings.folders.entries()) {
      if (folder.access === "download") {
        if (folder.fileGroup === undefined) continue;
        report({
          ...at(source, ["folders", index, "fileGroup"], "key"),
          message: "nothing is uploaded into a download folder, so it has no file group",
          fix: "remove the key; a subscription that places files here says which",
        });
      } else if (folder.fileGroup === undefined) {
        if (broken.has(source.file)) continue;
        report({
          ...at(source, ["folders", index, "access"]),
          message: `uploads into "${folder.virtualPath}" belong to no file group`,
          fix: "add `fileGroup:`",
        });
      } else {
        reportUnknownGroup(folder.fileGroup, fileGroups, at(source, ["folders", index, "fileGroup"]), report);
      }
    }
  }
}

function reportUnknownGroup(
  name: string,
  { names, source }: FileGroups,
  where: { file: string; line: number; column: number },
  report: Report,
): void {
  if (source === undefined || names.includes(name)) return;
  report({
    ...where,
    message: `unknown file group "${name}"`,
    fix: suggestion(name, names, "declare it in file-groups.yaml"),
  });
}

function sessionPolicyFits({ partners }: Folder, report: Report): void {
  for (const partner of partners) {
    if (!partner.settings.login) continue;
    const length = sessionPolicyLength(compileEntitlements(partner).folders);
    if (length <= longestSessionPolicy) continue;
    report({
      ...at(partner.source, ["folders"], "key"),
      message: `the session policy for these folders has ${length} characters, and AWS takes ${longestSessionPolicy}`,
      fix: "use fewer or shorter folders, or give the partner a second login as a partner of its own",
    });
  }
}

function hostKeysAreKeys({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [name, { hostKeys }] of Object.entries(settings.destinations)) {
      const seen = new Set<string>();
      for (const [index, text] of hostKeys.entries()) {
        const where = at(source, ["destinations", name, "hostKeys", index]);
        const key = parseSshPublicKey(text);
        if (isKeyMistake(key)) report({ ...where, ...key });
        else if (seen.has(key.fingerprint))
          report({ ...where, message: "this host key is pinned twice", fix: "remove one of them" });
        else seen.add(key.fingerprint);
      }
    }
  }
}

/** Every subscription with its partner. */
const allSubscriptions = (partners: readonly Partner[]): { partner: Partner; subscription: PartnerSubscription }[] =>
  partners.flatMap((partner) => partner.subscriptions.map((subscription) => ({ partner, subscription })));

function subscriptionsWantDeclaredGroups({ partners, fileGroups }: Folder, report: Report): void {
  for (const { subscription } of allSubscriptions(partners)) {
    reportUnknownGroup(subscription.settings.fileGroup, fileGroups, at(subscription.source, ["fileGroup"]), report);
  }
}

function publishersUploadTheGroup({ partners, fileGroups, broken }: Folder, report: Report): void {
  const isUndeclared = (group = "") => fileGroups.source !== undefined && !fileGroups.names.includes(group);
  for (const { subscription } of allSubscriptions(partners)) {
    const { publisher: id, fileGroup } = subscription.settings;
    if (id === undefined || broken.has(`${id}/partner.yaml`)) continue;
    const where = at(subscription.source, ["publisher"]);
    const publisher = partners.find((partner) => partner.id === id);
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
    if (isUndeclared(fileGroup) || uploads.some((folder) => isUndeclared(folder.fileGroup))) continue;
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
        ...at(subscription.source, ["match"]),
        message: mistake,
        fix: 'use *, ?, [abc] and {a,b}, like "*.json"',
      });
  }
}

function pushesHaveADestination({ partners, broken }: Folder, report: Report): void {
  for (const { partner, subscription } of allSubscriptions(partners)) {
    const push = subscription.settings.deliver.push;
    const names = Object.keys(partner.settings.destinations);
    if (!push || names.includes(push.destination) || broken.has(partner.source.file)) continue;
    report({
      ...at(subscription.source, ["deliver", "push", "destination"]),
      message: `unknown destination "${push.destination}"`,
      fix: suggestion(push.destination, names, `declare it under \`destinations:\` in ${partner.id}/partner.yaml`),
    });
  }
}

function placesHaveAFolder({ partners, broken }: Folder, report: Report): void {
  for (const { partner, subscription } of allSubscriptions(partners)) {
    const place = subscription.settings.deliver.place;
    if (!place || broken.has(partner.source.file)) continue;
    const where = at(subscription.source, ["deliver", "place", "virtualPath"]);
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
      const where = at(subscription.source, ["deliver", kind, "fileName"]);
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

function transformStepsFit({ partners }: Folder, report: Report): void {
  for (const { subscription } of allSubscriptions(partners)) {
    const steps = subscription.settings.transform ?? [];
    for (const [index, { convert }] of steps.entries()) {
      const before = steps[index - 1]?.convert.to;
      if (before === undefined || before === convert.from) continue;
      report({
        ...at(subscription.source, ["transform", index, "convert", "from"]),
        message: `the step before this one writes ${before}, and this one reads ${convert.from}`,
        fix: `write \`from: ${before}\``,
      });
    }
  }
}

function sqlFilesAreUsed({ partners, broken }: Folder, report: Report): void {
  for (const { id, subscriptions, transforms } of partners) {
    const used = new Set<string>();
    let isOneMissing = false;
    for (const { settings, source } of subscriptions) {
      for (const [index, { convert }] of (settings.transform ?? []).entries()) {
        if (convert.sql === undefined) continue;
        used.add(convert.sql);
        if (transforms.has(convert.sql) || anyIn(broken, `${id}/transforms/`)) continue;
        isOneMissing = true;
        report({
          ...at(source, ["transform", index, "convert", "sql"]),
          message: `there is no file ${id}/${convert.sql}`,
          fix: suggestion(convert.sql, [...transforms.keys()], "create it"),
        });
      }
    }
    // The file that seems to be unused may be the one that is missing under another name.
    if (isOneMissing || anyIn(broken, `${id}/subscriptions/`)) continue;
    for (const file of transforms.keys()) {
      if (used.has(file) || broken.has(`${id}/${file}`)) continue;
      report({
        ...wholeFile(`${id}/${file}`),
        message: "no subscription uses this file",
        fix: "name it in a `transform:`, or delete it",
      });
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
        ...at(source, ["destinations", name], "key"),
        message: `no subscription pushes to "${name}"`,
        fix: "remove it, or name it in a `deliver:`",
      });
    }
  }
}

function samplesBelong({ partners, broken }: Folder, report: Report): void {
  for (const { id, settings, subscriptions, samples, source } of partners) {
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
      if (folders.includes(virtualPath) || broken.has(source.file)) continue;
      report({
        ...wholeFile(file),
        message: `${id} has no upload folder "${virtualPath}"`,
        fix: suggestion(virtualPath, folders, "add the folder to partner.yaml"),
      });
    }
  }
}

function notificationsAreUnique({ partners }: Folder, report: Report): void {
  const owners = new Map<string, string>();
  for (const { id, settings, source } of partners) {
    for (const [index, { email }] of settings.notifications.entries()) {
      const address = email.toLowerCase();
      const owner = owners.get(address);
      owners.set(address, owner ?? id);
      if (owner === undefined) continue;
      // SNS refuses a second subscription of an address that asks for other events.
      report({
        ...at(source, ["notifications", index, "email"]),
        ...(owner === id
          ? {
              message: `"${address}" is listed twice, and SNS keeps one subscription for an address`,
              fix: "put all its events into one entry",
            }
          : {
              message: `"${address}" is told of ${owner} already, and SNS keeps one subscription for an address`,
              fix: `use another address for one of them, such as ${address.replace("@", `+${id}@`)}`,
            }),
      });
    }
  }
}
