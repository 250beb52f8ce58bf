import type { ClaimedDelivery } from "../domain/ledger/deliveries/claim-deliveries";
import { type DeliveryNews, type Notification, notification } from "../domain/notification";
import type { Log } from "./log";

/** What became of a delivery, beside what the claim says of it. */
export type Outcome = Pick<DeliveryNews, "event" | "deliveredAs" | "size" | "sha256" | "reason">;

/** Tells the subscriber what became of a delivery. It never fails: the delivery is what it is, told or not. */
export type TellPartner = (delivery: ClaimedDelivery, outcome: Outcome) => Promise<void>;

export function tellPartner(publish: (notification: Notification) => Promise<void>, log: Log): TellPartner {
  return async (delivery, outcome) => {
    const { id, partner, subscription, publisher, fileGroup, fileName, attempts } = delivery;
    try {
      await publish(
        notification({ delivery: id, partner, subscription, publisher, fileGroup, fileName, attempts, ...outcome }),
      );
    } catch (error) {
      log("warn", "notification failed", { delivery: id, partner, event: outcome.event, error });
    }
  };
}
