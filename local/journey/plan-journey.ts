import { isDeepStrictEqual } from "node:util";
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

export interface JourneyOptions {
  /** Whether the publisher has uploaded a file of this name before: a subscriber may refuse another of the same name. */
  isKnown?: (publisher: string, fileName: string) => boolean;
  /** Only what these partners upload or receive, by id; everything unless told. */
  touched?: ReadonlySet<string>;
}

/**
 * What to upload so that the partners' samples are played: each partner's own uploads, and each subscription's contract
 * sample, uploaded by a partner whose files the subscription takes.
 */
export function planJourney(
  partners: readonly Partner[],
  { isKnown = () => false, touched }: JourneyOptions = {},
): JourneyUpload[] {
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
    const { publisher, virtualPath, content, fileGroup } = upload;
    const takers = (fileName: string) =>
      subscriptionsFor({ publisher: originalIds.get(publisher) ?? publisher, fileGroup, fileName }, subscriptions);
    const fileName = freeName(
      upload.name,
      (name) => taken.has(`${publisher}${virtualPath}/${name}`) || isKnown(publisher, name),
      (name) => isDeepStrictEqual(takers(name), takers(upload.name)),
    );
    taken.add(`${publisher}${virtualPath}/${fileName}`);
    const expected = takers(fileName).map(
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
  if (!touched) return uploads;
  return uploads.filter(
    ({ publisher, expected }) => touched.has(publisher) || expected.some(({ subscriber }) => touched.has(subscriber)),
  );
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

/** The name, or one like it that is free: one that goes the same way, where there is such a one. */
function freeName(name: string, isTaken: (name: string) => boolean, goesTheSameWay: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  const ways = [
    (count: number) => name.replace(/(\.[^.]*)?$/, `-${count}$1`),
    (count: number) => `${count}-${name}`,
    // `prices-2026-11.csv`, where subscriptions take `prices-????-??.csv`.
    (count: number) => name.replace(/\d+(?=\D*$)/, (digits) => raised(digits, count - 1)),
  ];
  const fits = ways.find((way) => goesTheSameWay(way(2)) && way(2) !== name);
  const named = fits ?? ways[0] ?? String;
  for (let count = 2; ; count++) if (!isTaken(named(count))) return named(count);
}

/** Some digits, raised by a number without becoming more. */
function raised(digits: string, by: number): string {
  const raised = (BigInt(digits) + BigInt(by)) % 10n ** BigInt(digits.length);
  return String(raised).padStart(digits.length, "0");
}
