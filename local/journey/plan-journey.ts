import type { Subscription } from "../../domain/entitlements";
import { compileEntitlements } from "../../domain/partner-access";
import { originalId } from "../../domain/partner-files/former-ids";
import type { Partner } from "../../domain/partner-files/partner";
import { subscriptionsFor } from "../../domain/subscriptions-for";

/** One sample that is uploaded over SFTP, and what must come of it. */
export interface JourneyUpload {
  publisher: string;
  /** Where the publisher puts it. */
  virtualPath: string;
  fileName: string;
  content: Uint8Array;
  expected: ExpectedDelivery[];
}

export interface ExpectedDelivery {
  subscriber: string;
  subscription: Subscription;
  /** What must arrive; undefined where a transform has no expected result beside its sample. */
  content: Uint8Array | undefined;
}

/**
 * What to upload so that every partner's samples are played: each partner's own uploads, and each subscription's
 * contract sample, uploaded by a partner whose files the subscription takes.
 */
export function planJourney(partners: readonly Partner[]): JourneyUpload[] {
  const subscriptions = partners.flatMap((partner) =>
    compileEntitlements(partner).subscriptions.map((subscription) => ({ ...subscription, subscriber: partner.id })),
  );
  // Subscriptions name publishers by the ids that their files are kept under, which a rename does not change.
  const originalIds = new Map(partners.map((partner) => [partner.id, originalId(partner)]));
  const taken = new Set<string>();
  const uploads: JourneyUpload[] = [];
  const add = (
    upload: Omit<JourneyUpload, "expected" | "fileName"> & { name: string; fileGroup: string },
    contract?: { subscriber: string; subscription: string; content: Uint8Array | undefined },
  ) => {
    const fileName = freeName(upload.name, (name) => taken.has(`${upload.publisher}${upload.virtualPath}/${name}`));
    taken.add(`${upload.publisher}${upload.virtualPath}/${fileName}`);
    const { publisher, virtualPath, content, fileGroup } = upload;
    const expected = subscriptionsFor(
      { publisher: originalIds.get(publisher) ?? publisher, fileGroup, fileName },
      subscriptions,
    ).map(
      ({ subscriber, ...subscription }): ExpectedDelivery => ({
        subscriber,
        subscription,
        content:
          subscription.transform.length === 0
            ? content
            : contract?.subscriber === subscriber && contract.subscription === subscription.name
              ? contract.content
              : undefined,
      }),
    );
    uploads.push({ publisher, virtualPath, fileName, content, expected });
  };
  for (const { id, settings, samples } of partners) {
    for (const { virtualPath, name, content } of samples.uploads) {
      const fileGroup = settings.folders.find((folder) => folder.virtualPath === virtualPath)?.fileGroup;
      if (fileGroup) add({ publisher: id, virtualPath, name, content, fileGroup });
    }
  }
  for (const { id, samples } of partners) {
    for (const { subscription: name, file, content, expected } of samples.contracts) {
      const subscription = subscriptions.find((one) => one.subscriber === id && one.name === name);
      const source = subscription && publisherOf(subscription, partners);
      if (!source) continue;
      add(
        { ...source, name: file.slice(file.lastIndexOf("/") + 1), content, fileGroup: subscription.fileGroup },
        { subscriber: id, subscription: name, content: expected?.content },
      );
    }
  }
  return uploads;
}

function publisherOf({ fileGroup, publisher }: Subscription, partners: readonly Partner[]) {
  for (const partner of partners) {
    const { id, settings } = partner;
    if (publisher !== null && publisher !== originalId(partner)) continue;
    const folder = settings.folders.find((one) => one.fileGroup === fileGroup);
    if (folder) return { publisher: id, virtualPath: folder.virtualPath };
  }
  return undefined;
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let count = 2; isTaken(free); count++) free = name.replace(/(\.[^.]*)?$/, `-${count}$1`);
  return free;
}
