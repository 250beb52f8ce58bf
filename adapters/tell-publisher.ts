import type { Queryable } from "../domain/ledger/ledger";
import { markTold } from "../domain/ledger/transfers/mark-told";
import type { UntoldTransfer } from "../domain/ledger/transfers/untold-transfers";
import { notification } from "../domain/notification";
import type { PublishNotification } from "./notifications";

/** Tells the publisher what became of a transfer, and notes it. After a crash in between, it is told again. */
export async function tellPublisher(
  transfer: UntoldTransfer,
  { ledger, publish }: { ledger: Queryable; publish: PublishNotification },
): Promise<void> {
  const { id, state, ...news } = transfer;
  await publish(notification({ ...news, event: `transfer.${state}`, transfer: id }));
  await markTold(ledger, transfer);
}
