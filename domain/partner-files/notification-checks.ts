import type { Check, Folder, Report } from "./check";

/** Who is told what. */
export const notificationChecks: Record<string, Check> = {
  "An address is told of events once": notificationsAreUnique,
};

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
        ...source.locate(["notifications", index, "email"]),
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
