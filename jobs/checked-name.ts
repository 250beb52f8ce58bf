import { DeliveryFailure } from "../domain/delivery-failure";
import { harmlessName } from "../domain/harmless-name";

/**
 * The delivery's final name, if it is one harmless path segment. Routing made it so; this job writes into other
 * people's systems and does not rely on it.
 *
 * @throws {DeliveryFailure}
 */
export function checkedName(name: string): string {
  if (name === "" || harmlessName(name) !== name) {
    throw new DeliveryFailure(`${JSON.stringify(name)} cannot be a delivered file's name`, { canPass: false });
  }
  return name;
}
