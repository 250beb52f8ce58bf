import { compileEntitlements } from "../partner-access";
import { longestSessionPolicy } from "../session-policy";
import { sessionPolicyLength } from "../session-policy-length";
import type { Check, Folder, Report } from "./check";
import { folderMistake } from "./folder-mistake";
import { unknownGroup } from "./unknown-group";

/** What a partner sees when it has logged in. */
export const folderChecks: Record<string, Check> = {
  "A login sees at least one folder": loginSeesAFolder,
  "Folders of a partner do not overlap": foldersDoNotOverlap,
  "Uploads belong to a declared file group, downloads to none": foldersHaveTheirFileGroup,
  "A session policy fits into 2,048 characters": sessionPolicyFits,
};

function loginSeesAFolder({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (source.mayLack(["folders"]) || source.mayLack(["login"])) continue;
    if (settings.login && settings.folders.length === 0) {
      report({
        ...source.locate(["login"], "key"),
        message: "this login would see no folder",
        fix: "add `folders:`, or remove the login",
      });
    }
    if (!settings.login && settings.folders.length > 0) {
      report({
        ...source.locate(["folders"], "key"),
        message: "nobody can reach these folders",
        fix: "add `login:`, or remove them",
      });
    }
  }
}

function foldersDoNotOverlap({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, { virtualPath }] of settings.folders.entries()) {
      const earlier = settings.folders.slice(0, index).map((folder) => folder.virtualPath);
      const mistake = folderMistake(virtualPath, earlier);
      if (mistake) report({ ...source.locate(["folders", index, "virtualPath"]), ...mistake });
    }
  }
}

function foldersHaveTheirFileGroup({ partners, fileGroups }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, folder] of settings.folders.entries()) {
      if (folder.access === "download") {
        if (folder.fileGroup === undefined) continue;
        report({
          ...source.locate(["folders", index, "fileGroup"], "key"),
          message: "nothing is uploaded into a download folder, so it has no file group",
          fix: "remove the key; a subscription that places files here says which",
        });
      } else if (folder.fileGroup === undefined) {
        if (source.mayLack(["folders", index, "fileGroup"])) continue;
        report({
          ...source.locate(["folders", index, "access"]),
          message: `uploads into "${folder.virtualPath}" belong to no file group`,
          fix: "add `fileGroup:`",
        });
      } else {
        const mistake = unknownGroup(folder.fileGroup, fileGroups);
        if (mistake) report({ ...source.locate(["folders", index, "fileGroup"]), ...mistake });
      }
    }
  }
}

function sessionPolicyFits({ partners }: Folder, report: Report): void {
  for (const partner of partners) {
    if (!partner.settings.login || !partner.isWhole) continue;
    const length = sessionPolicyLength(compileEntitlements({ ...partner, subscriptions: [] }).folders);
    if (length <= longestSessionPolicy) continue;
    report({
      ...partner.source.locate(["folders"], "key"),
      message: `the session policy for these folders has ${length} characters, and AWS takes ${longestSessionPolicy}`,
      fix: "use fewer or shorter folders, or give the partner a second login as a partner of its own",
    });
  }
}
