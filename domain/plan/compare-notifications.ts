import type { PartnerAccess } from "../partner-access";
import { byKey } from "./by-key";
import type { Tell } from "./tell";
import { list } from "./words";

type Notifications = PartnerAccess["notifications"];

/** Who is told what. */
export function compareNotifications(partner: string, before: Notifications, after: Notifications, tell: Tell): void {
  for (const [email, from, to] of byKey(before, after, (notification) => notification.email)) {
    if (to === undefined) {
      tell("notification-removed", `${email} is no longer told anything about ${partner}`, {
        notice: "nobody may notice a failure",
      });
    } else if (from === undefined) {
      tell("notification-added", `${email} is told of ${list(to.events)} of ${partner}, once it has consented`);
    } else if (from.events.join() !== to.events.join()) {
      const lost = from.events.filter((event) => !to.events.includes(event));
      const less = lost.length === 0 ? "" : `, and no longer of ${list(lost)}`;
      tell("notification-changed", `${email} is told of ${list(to.events)} of ${partner}${less}`, {
        notice: lost.length > 0 && "nobody may notice a failure",
      });
    }
  }
}
