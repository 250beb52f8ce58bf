import { sortedJson } from "../entitlements";
import { mountPath } from "../mount-path";
import { compileEntitlements } from "../partner-access";
import { folderPrefix, virtualPath } from "../paths";
import { addressIsIn, cidrMistake } from "../source-address";
import type { Check } from "./check";
import { originalId } from "./former-ids";

/** Keys that AWS Transfer Family keeps for one service-managed user (aws-ia/terraform-aws-transfer-family issue 69). */
const mostKeys = 50;
/** Subscriptions with a filter policy that one SNS topic takes (SNS developer guide, subscription-filter-policy-constraints). */
const mostNotifications = 200;
/** Bytes that one synchronous Lambda invocation takes, less what the provider adds. */
const largestEntitlements = 6 * 1024 * 1024 - 64 * 1024;

/** What AWS would refuse later, and what says less than it seems to. */
export const limitChecks: Record<string, Check> = {
  "A login of the internal endpoint has at most 50 keys": ({ partners }, report) => {
    for (const { settings, source, keys } of partners) {
      if (settings.login?.endpoint !== "internal" || keys.length <= mostKeys) continue;
      report({
        ...source.locate(["login"], "key"),
        message: `this login has ${keys.length} keys, and Transfer Family takes ${mostKeys} for a user`,
        fix: "delete the keys that are not in use",
      });
    }
  },
  "At most 200 addresses are notified": ({ partners }, report) => {
    let count = 0;
    for (const { settings, source } of partners) {
      for (const index of settings.notifications.keys()) {
        count++;
        if (count <= mostNotifications) continue;
        report({
          ...source.locate(["notifications", index]),
          message: `this is notification ${count} of all partners, and an SNS topic filters for ${mostNotifications}`,
          fix: "use one mailing list for several addresses",
        });
      }
    }
  },
  "A partner's entitlements fit into one invocation": ({ partners }, report) => {
    for (const partner of partners) {
      // Nothing but SQL can be that long, so the others need not be measured.
      const sql = [...partner.transforms.values()].reduce((sum, { length }) => sum + length, 0);
      if (sql * Math.max(1, partner.subscriptions.length) < largestEntitlements / 8) continue;
      const subscriptions = partner.subscriptions.filter(({ isWhole }) => isWhole);
      const size = Buffer.byteLength(sortedJson(compileEntitlements({ ...partner, subscriptions })));
      if (size <= largestEntitlements) continue;
      report({
        ...partner.source.locate([]),
        message: `what this partner may do takes ${mebibytes(size)}, and a Lambda invocation takes ${mebibytes(largestEntitlements)}`,
        fix: "shorten the SQL under transforms/, or spread the subscriptions over two partners",
      });
    }
  },
  "Source addresses narrow something": ({ partners }, report) => {
    for (const { settings, source } of partners) {
      const blocks = settings.login?.sourceAddresses ?? [];
      for (const [index, block] of blocks.entries()) {
        if (cidrMistake(block)) continue;
        const where = source.locate(["login", "sourceAddresses", index]);
        if (block.endsWith("/0")) {
          report({
            ...where,
            message: `"${block}" allows every address`,
            fix: "leave `sourceAddresses` out, which says so plainly, or list the partner's own blocks",
          });
          continue;
        }
        const wider = blocks.find(
          (other, otherIndex) => otherIndex !== index && holds(other, block, otherIndex < index),
        );
        if (wider === undefined) continue;
        const message = wider === block ? `"${block}" is listed twice` : `"${block}" is part of "${wider}"`;
        report({ ...where, message, fix: "remove the line" });
      }
    }
  },
  "Folders differ in more than case": ({ partners }, report) => {
    for (const { settings, source } of partners) {
      for (const [index, { virtualPath }] of settings.folders.entries()) {
        const twin = settings.folders
          .slice(0, index)
          .find((other) => other.virtualPath !== virtualPath && folded(other.virtualPath) === folded(virtualPath));
        if (!twin) continue;
        report({
          ...source.locate(["folders", index, "virtualPath"]),
          message: `"${virtualPath}" and "${twin.virtualPath}" differ only in case, and many clients take them for one`,
          fix: "give one of them another name",
        });
      }
    }
  },
  "A folder that is copied to the file system has names that it takes": ({ partners }, report) => {
    for (const partner of partners) {
      for (const [index, folder] of partner.settings.folders.entries()) {
        if (!folder.replicateToEfs) continue;
        const mistake = mountPath(`${folderPrefix(originalId(partner), virtualPath(folder.virtualPath))}file`);
        if (typeof mistake !== "string") continue;
        report({
          ...partner.source.locate(["folders", index, "virtualPath"]),
          message: `nothing in this folder can be copied to the file system: ${mistake}`,
          fix: "give it another name, or leave `replicateToEfs` out",
        });
      }
    }
  },
};

/** Whether a block lies in another; of two equal ones, the first holds the second. */
function holds(outer: string, inner: string, isEarlier: boolean): boolean {
  if (cidrMistake(outer) || outer.endsWith("/0")) return false;
  if (outer === inner) return isEarlier;
  const [network = "", length] = inner.split("/");
  return Number(outer.split("/")[1]) <= Number(length) && isSameFamily(outer, inner) && addressIsIn(network, [outer]);
}

const isSameFamily = (a: string, b: string) => a.includes(":") === b.includes(":");

const folded = (path: string) => path.normalize("NFC").toLowerCase();

const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
