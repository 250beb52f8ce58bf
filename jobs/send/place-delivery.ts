import { DeliveryFailure } from "../../domain/delivery-failure";
import type { PlaceDelivery } from "../../domain/entitlements";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";
import type { RenameNote } from "../../domain/ledger/deliveries/mark-renaming";
import { type ObjectKey, objectKey } from "../../domain/paths";
import { checkedName } from "../checked-name";
import { hashOf } from "../measured";
import type { ReadObject } from "../read-object";
import type { Arrival } from "./arrival";
import { arrivalUncertain } from "./arrival-uncertain";
import { mostNumber, numberedName } from "./delivery-names";
import type { ObjectStore } from "./object-store";

export interface PlaceTools {
  store: ObjectStore;
  readObject: ReadObject;
  /** Notes in the ledger where the file is about to be put; throws where the delivery is no longer ours. */
  markRenaming: (note: RenameNote) => Promise<void>;
  /** Throws where the delivery has had its last attempt. */
  refuseExhausted: () => void;
}

/**
 * Copies one file into a folder of the subscriber, inside the bucket. The copy carries the delivery's number, by which
 * a later attempt recognises it, and nobody but an operator can take it away, so nothing arrives twice. The bucket keeps
 * versions: nothing that is replaced is lost.
 *
 * @throws {DeliveryFailure}
 */
export async function placeDelivery(
  claimed: ClaimedDelivery,
  place: PlaceDelivery,
  tools: PlaceTools,
): Promise<Arrival> {
  const { store, readObject, markRenaming } = tools;
  const finalName = checkedName(claimed.finalName);
  const delivery = String(claimed.id);
  if (claimed.renamingTo !== null && claimed.renamingServer !== null) {
    throw arrivalUncertain(claimed, "the subscription places its files here now");
  }
  const earlier = await earlierPlacement(claimed, tools);
  if (earlier !== null) return earlier;
  tools.refuseExhausted();
  const sha256 = claimed.sha256 ?? (await hashOf(readObject(claimed)));
  for (let number = 0; number <= mostNumber; number++) {
    const key = objectKey(`${place.objectPrefix}${numberedName(finalName, number)}`);
    const found = await store.find(key);
    if (isOurs(found, claimed)) return { deliveredAs: key, sha256 };
    if (found !== null && place.onConflict === "rename") continue;
    if (found !== null && place.onConflict === "fail") throw conflict(key, place);
    await markRenaming({ to: key, sha256 });
    const onlyIfNew = place.onConflict !== "replace";
    if ((await store.copy(claimed, { objectKey: key, delivery, onlyIfNew })) === "copied") {
      const size = (await store.find(key))?.size;
      if (size === claimed.size) return { deliveredAs: key, sha256 };
      throw new DeliveryFailure(`copied ${claimed.size} bytes to ${key}, but it has ${size ?? "none"}`, {
        canPass: true,
      });
    }
    // The SDK repeats a copy whose answer got lost, and then it is our own copy that has the name.
    if (isOurs(await store.find(key), claimed)) return { deliveredAs: key, sha256 };
    if (place.onConflict === "fail") throw conflict(key, place);
  }
  throw new DeliveryFailure(`${finalName} and ${mostNumber} numbered names like it are taken in ${place.virtualPath}`, {
    ...{ canPass: false, forPartner: true },
  });
}

/** Where an attempt that broke off had placed the file, if it had: for a placement, that is always to be told. */
export async function earlierPlacement(
  claimed: ClaimedDelivery,
  { store, readObject }: Pick<PlaceTools, "store" | "readObject">,
): Promise<Arrival | null> {
  const { renamingTo, renamingServer } = claimed;
  if (renamingTo === null || renamingServer !== null) return null;
  if (!isOurs(await store.find(objectKey(renamingTo)), claimed)) return null;
  return { deliveredAs: renamingTo, sha256: claimed.sha256 ?? (await hashOf(readObject(claimed))) };
}

function isOurs(found: Awaited<ReturnType<ObjectStore["find"]>>, { id, size }: ClaimedDelivery): boolean {
  return found?.delivery === String(id) && found.size === size;
}

function conflict(key: ObjectKey, { virtualPath }: PlaceDelivery): DeliveryFailure {
  const says = (path: string) => `${path} exists already, and the subscription says to fail then (onConflict)`;
  const forPartner = says(`${virtualPath}/${key.slice(key.lastIndexOf("/") + 1)}`);
  return new DeliveryFailure(says(key), { canPass: false, forPartner });
}
