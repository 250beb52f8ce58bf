import { DeliveryFailure } from "../../domain/delivery-failure";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";

/**
 * The failure of a delivery that an earlier attempt may have made. To send it again could deliver it twice, to call it
 * delivered could lose it, and only the subscriber knows. `now` is what there is to see.
 */
export function arrivalUncertain(claimed: ClaimedDelivery, now: string): DeliveryFailure {
  const { renamingFrom, renamingTo, renamingServer } = claimed;
  const uncertain =
    `arrival uncertain: an earlier attempt broke off while it renamed ${renamingFrom} to ${renamingTo} on ` +
    `${renamingServer}, and ${now}`;
  return new DeliveryFailure(
    `${uncertain}. Ask the partner: if it has the file, leave this delivery as it is, if not, retry it`,
    { canPass: false, isUncertain: true, forPartner: `${uncertain}. Please tell us whether you have the file` },
  );
}
