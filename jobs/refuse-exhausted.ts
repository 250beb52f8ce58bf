import { DeliveryFailure } from "../domain/delivery-failure";
import type { ClaimedDelivery } from "../domain/ledger/deliveries/claim-deliveries";

/**
 * A claim counts the attempt, so a file that takes its job down with it each time is given up as well.
 *
 * @throws {DeliveryFailure}
 */
export function refuseExhausted({ attempts }: ClaimedDelivery, mostAttempts: number): void {
  if (attempts <= mostAttempts) return;
  throw new DeliveryFailure(`gave up: in the last of ${attempts - 1} attempts the job itself ended`, {
    canPass: false,
  });
}
