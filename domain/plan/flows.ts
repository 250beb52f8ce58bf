import { type Subscription, sortedJson } from "../entitlements";
import type { PartnerAccess } from "../partner-access";
import type { Flow } from "./plan";
import { delivery, form } from "./words";

/** A flow with all that makes it what it is, SQL and host keys included: two are the same where this text is. */
export interface ExactFlow extends Flow {
  exact: string;
}

/**
 * All flows of one revision: each upload folder with each subscription that takes its files. `nameOf` gives the id by
 * which the plan speaks of a partner of this revision.
 */
export function flows(partners: readonly PartnerAccess[], nameOf: (partner: string) => string): ExactFlow[] {
  const uploads = Map.groupBy(
    partners.flatMap(({ partner, originalId, entitlements }) =>
      entitlements.folders.map(({ fileGroup, virtualPath }) => ({ partner, originalId, fileGroup, virtualPath })),
    ),
    ({ fileGroup }) => fileGroup,
  );
  return partners.flatMap(({ partner: subscriber, entitlements: { subscriptions, destinations } }) =>
    subscriptions.flatMap((subscription) => {
      const wanted = {
        fileGroup: subscription.fileGroup,
        subscriber: nameOf(subscriber),
        subscription: subscription.name,
        match: subscription.match,
        form: form(subscription.transform),
        delivery: delivery(subscription.delivery, destinations),
        exact: sortedJson([subscription, destinations.filter(({ name }) => isGoal(subscription, name))]),
      };
      return (uploads.get(subscription.fileGroup) ?? [])
        .filter(({ originalId }) => subscription.publisher === null || subscription.publisher === originalId)
        .map(({ partner, virtualPath }): ExactFlow => ({ publisher: nameOf(partner), virtualPath, ...wanted }));
    }),
  );
}

const isGoal = ({ delivery }: Subscription, destination: string) =>
  delivery.kind === "push" && delivery.destination === destination;
