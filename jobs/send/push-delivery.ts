import { DeliveryFailure, sftpStatus } from "../../domain/delivery-failure";
import type { PushDelivery } from "../../domain/entitlements";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";
import { LeaseLost } from "../../domain/ledger/deliveries/lease";
import type { RenameNote } from "../../domain/ledger/deliveries/mark-renaming";
import { checkedName } from "../checked-name";
import { hashOf, measured } from "../measured";
import type { ReadObject } from "../read-object";
import type { Arrival } from "./arrival";
import { arrivalUncertain } from "./arrival-uncertain";
import { formerTemporaryNames, mostNumber, numberedName, temporaryName } from "./delivery-names";
import type { RemoteEntry, SftpSession } from "./sftp-session";

export interface PushTools {
  session: SftpSession;
  /** What the session is with, as `host:port`. */
  server: string;
  readObject: ReadObject;
  /** Notes in the ledger where the file is about to be put; throws where the delivery is no longer ours. */
  markRenaming: (note: RenameNote | null) => Promise<void>;
  /** Throws where the delivery has had its last attempt. */
  refuseExhausted: () => void;
}

/**
 * Sends one file: streams the object to a temporary name in the remote folder, checks what arrived, and renames it
 * into place. What an earlier attempt may have left is looked at first, so that nothing arrives twice; where that does
 * not tell whether it arrived, the delivery ends as failed and a person asks the subscriber.
 *
 * @throws {DeliveryFailure}
 */
export async function pushDelivery(claimed: ClaimedDelivery, push: PushDelivery, tools: PushTools): Promise<Arrival> {
  const { session, server, readObject, markRenaming } = tools;
  const finalName = checkedName(claimed.finalName);
  // Also right for "/", which gives "", and for a path relative to the login directory.
  const folder = push.remotePath.replace(/\/+$/, "");
  if (claimed.renamingTo !== null && claimed.renamingFrom !== null) {
    const { renamingFrom: from, renamingTo: to } = claimed;
    const arrival = await earlierArrival(claimed, { from, to }, push, tools);
    if (arrival !== null) return arrival;
    await markRenaming(null);
  }
  tools.refuseExhausted();
  const former = formerTemporaryNames(finalName, claimed.id, claimed.claims);
  await Promise.all(former.map((name) => session.remove(`${folder}/${name}`).catch(() => {})));
  const temporary = `${folder}/${temporaryName(finalName, claimed.id, claimed.claims)}`;
  const { chunks, measure } = measured(readObject(claimed));
  let isNoted = false;
  try {
    const file = await session.create(temporary).catch((error: unknown) => explain(error, push.remotePath, session));
    await file.write(chunks);
    const sha256 = measure.sha256();
    checkRead(claimed, measure.size, sha256);
    const { modifiedAt } = await checkArrived(session, temporary, measure.size);
    const note = (to: string) => {
      // Also where the ledger's answer gets lost.
      isNoted = true;
      return markRenaming({ to, server, from: temporary, modifiedAt, sha256 });
    };
    return { deliveredAs: await putInPlace(session, temporary, folder, finalName, push, note), sha256 };
  } catch (error) {
    if (session.isOpen) await cleanUp(error, isNoted, temporary, tools);
    throw error;
  }
}

/**
 * Removes the temporary file of a failed attempt. Not before a note of its rename is taken back: without the file, a
 * delivery that is noted as being renamed counts as renamed.
 */
async function cleanUp(
  error: unknown,
  isNoted: boolean,
  temporary: string,
  { session, markRenaming }: PushTools,
): Promise<void> {
  if (isNoted && !(error instanceof LeaseLost)) {
    // What can pass may be a rename that was done and whose answer was not: the next attempt finds out.
    if (!(error instanceof DeliveryFailure) || error.canPass) return;
    await markRenaming(null);
  }
  await session.remove(temporary).catch(() => {});
}

/**
 * Whether an attempt that broke off around its rename had renamed. Its temporary file is removed to find out: a rename
 * that the server has heard of and not done yet then fails, and one that was done has left nothing to remove.
 *
 * @throws {DeliveryFailure} An uncertain one where both files are gone: most likely it was renamed and the subscriber
 *   has taken it, but something may as well have tidied the temporary file away. The same where another file has its
 *   place, or the destination another server.
 */
async function earlierArrival(
  claimed: ClaimedDelivery,
  { from, to }: { from: string; to: string },
  push: PushDelivery,
  { session, server, readObject }: PushTools,
): Promise<Arrival | null> {
  if (claimed.renamingServer !== server) throw arrivalUncertain(claimed, `the destination is ${server} now`);
  if (await isThere(session, from)) return null;
  const found = await session.find(to);
  if (found !== null && isOurs(found, claimed, push)) {
    return { deliveredAs: to, sha256: claimed.sha256 ?? (await hashOf(readObject(claimed))) };
  }
  throw arrivalUncertain(claimed, `now ${found === null ? "neither is there" : "only another file of that name is"}`);
}

/** A rename keeps a file's time (or sets a later one), so what is older than the temporary file was there before. */
function isOurs(found: RemoteEntry, { size, renamingModifiedAt }: ClaimedDelivery, push: PushDelivery): boolean {
  if (found.isFolder || found.size !== size) return false;
  // Where the server tells no times, at least the name was free right before the rename, unless it was to replace.
  if (found.modifiedAt === null || renamingModifiedAt === null) return push.onConflict !== "replace";
  return found.modifiedAt >= renamingModifiedAt;
}

/** Whether there was such a file, which then is removed if the login may remove files. */
async function isThere(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.remove(path);
    return true;
  } catch (error) {
    // Only some servers say "no such file"; others say "failure", also where the login may not remove.
    if (!session.isOpen) throw error;
    return (await session.find(path)) !== null;
  }
}

/** Where not even a temporary file can be made, the folder is the reason, and every file for it will fare the same. */
async function explain(error: unknown, folder: string, session: SftpSession): Promise<never> {
  if (!(error instanceof DeliveryFailure) || error.canPass || !session.isOpen) throw error;
  const folderFailure = (message: string) =>
    new DeliveryFailure(message, { canPass: false, reach: "folder", forPartner: true });
  if ((await session.find(folder)) === null) {
    throw folderFailure(`folder ${folder} does not exist on the server; the partner has to create it`);
  }
  if (error.status === sftpStatus.permissionDenied) {
    throw folderFailure(`the login may not write to folder ${folder}: ${error.message}`);
  }
  throw error;
}

function checkRead(claimed: ClaimedDelivery, size: number, sha256: string): void {
  const what = `${claimed.objectKey} (version ${claimed.versionId})`;
  if (size !== claimed.size) {
    throw new DeliveryFailure(`read ${size} bytes of ${what}, which has ${claimed.size}`, { canPass: true });
  }
  if (claimed.sha256 !== null && claimed.sha256 !== sha256) {
    throw new DeliveryFailure(`read ${what} with SHA-256 ${sha256}, which was ${claimed.sha256} before`, {
      canPass: true,
    });
  }
}

async function checkArrived(session: SftpSession, path: string, size: number): Promise<RemoteEntry> {
  const found = await session.find(path);
  if (found?.size === size) return found;
  const there = found === null ? "nothing" : `${found.size} bytes`;
  throw new DeliveryFailure(`wrote ${size} bytes to ${path}, but the server has ${there}`, {
    ...{ canPass: true, forPartner: true },
  });
}

/** Renames into place as the subscription wants conflicts handled; resolves to the path that it took. */
async function putInPlace(
  session: SftpSession,
  temporary: string,
  folder: string,
  finalName: string,
  { onConflict }: PushDelivery,
  note: (to: string) => Promise<void>,
): Promise<string> {
  for (let number = 0; number <= mostNumber; number++) {
    const path = `${folder}/${numberedName(finalName, number)}`;
    const found = await session.find(path);
    if (found !== null && onConflict === "rename") continue;
    if (found?.isFolder || (found !== null && onConflict === "fail")) throw conflict(path);
    await note(path);
    if (onConflict === "replace") {
      await session.replace(temporary, path);
      return path;
    }
    // The name was free a moment ago; a plain rename never overwrites what came meanwhile.
    if ((await session.rename(temporary, path)) === "renamed") return path;
    if (onConflict === "fail") throw conflict(path);
  }
  throw new DeliveryFailure(`${finalName} and ${mostNumber} numbered names like it are taken in ${folder}`, {
    ...{ canPass: false, forPartner: true },
  });
}

function conflict(path: string): DeliveryFailure {
  return new DeliveryFailure(`${path} exists already, and the subscription says to fail then (onConflict)`, {
    ...{ canPass: false, forPartner: true },
  });
}
