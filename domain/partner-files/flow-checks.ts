import { deliveredName } from "../delivered-name";
import { fileNameMatches, globMistake } from "../file-name-match";
import { nameForBoth } from "../name-for-both";
import { compileEntitlements } from "../partner-access";
import { wholeFile } from "../problem";
import { temporaryNames } from "../temporary-names";
import type { Check, Folder } from "./check";
import type { Partner, PartnerSubscription } from "./partner";

/** What holds between a subscription, the files that it takes, and the other subscriptions of the same partner. */
export const flowChecks: Record<string, Check> = {
  "A match takes names that are routed": ({ partners }, report) => {
    for (const { settings, source } of partners.flatMap(({ subscriptions }) => subscriptions)) {
      const ignored = temporaryNames.find((glob) => endsLike(settings.match ?? "", glob));
      if (ignored === undefined) continue;
      report({
        ...source.locate(["match"]),
        message: `files named ${ignored} are uploads that are not finished, and never delivered`,
        fix: "match the name that the file has in the end",
      });
    }
  },
  "A match fits the samples of its publishers": (folder, report) => {
    for (const { settings, source } of folder.partners.flatMap(({ subscriptions }) => subscriptions)) {
      const { match } = settings;
      if (match === undefined || globMistake(match) !== undefined) continue;
      const names = sampleNames(folder, settings);
      if (names === undefined || names.some((name) => fileNameMatches(match, name))) continue;
      report({
        ...source.locate(["match"]),
        message: `no sample of ${settings.fileGroup} has such a name; there is ${names.map((name) => `"${name}"`).join(", ")}`,
        fix: "correct the glob, or add a sample that it takes to the publisher's samples/uploads/",
      });
    }
  },
  "An upload sample has a name that is routed": ({ partners }, report) => {
    for (const { name, file } of partners.flatMap(({ samples }) => samples.uploads)) {
      const ignored = temporaryNames.find((glob) => fileNameMatches(glob, name));
      if (ignored === undefined) continue;
      report({
        ...wholeFile(file),
        message: `files named ${ignored} are uploads that are not finished, and never delivered`,
        fix: "give the sample the name that the file has in the end",
      });
    }
  },
  "No file arrives twice under one name": ({ partners }, report) => {
    for (const partner of partners) {
      const subscriptions = partner.subscriptions.filter(({ settings, isWhole }) => isWhole && isGlob(settings.match));
      for (const [index, subscription] of subscriptions.entries()) {
        for (const earlier of subscriptions.slice(0, index)) {
          const name = arrivesTwice(partner, earlier, subscription);
          if (name === undefined) continue;
          report({
            ...subscription.source.locate(["deliver"], "key"),
            message: `a file "${name}" would arrive twice under one name: "${earlier.name}" puts it there, too`,
            fix: "narrow `match` or `publisher` of one of them, or give it another folder or `fileName`",
          });
        }
      }
    }
  },
};

const isGlob = (match: string | undefined) => match === undefined || globMistake(match) === undefined;

/** Whether every name that the glob matches ends as the temporary ones do: after its last wildcard comes that ending. */
function endsLike(match: string, temporaryName: string): boolean {
  const ending = temporaryName.slice(temporaryName.lastIndexOf("*") + 1);
  return isGlob(match) && /[^*?[\]{}\\]*$/.exec(match)?.[0].endsWith(ending) === true;
}

/**
 * The names of all samples that publishers of the subscription's files have; undefined where one of them has none, so
 * that nothing is known of what its files are called.
 */
function sampleNames(
  { partners, broken }: Folder,
  { fileGroup, publisher }: PartnerSubscription["settings"],
): string[] | undefined {
  if ([...broken].some((file) => file.endsWith("/partner.yaml"))) return undefined;
  const names = partners
    .filter(({ id }) => publisher === undefined || publisher === id)
    .flatMap(({ settings, samples }) =>
      settings.folders
        .filter((folder) => folder.fileGroup === fileGroup)
        .map(({ virtualPath }) =>
          samples.uploads.filter((sample) => sample.virtualPath === virtualPath).map(({ name }) => name),
        ),
    );
  return names.length === 0 || names.some((ofOne) => ofOne.length === 0) ? undefined : names.flat();
}

/** A file that both subscriptions would put into the same place under the same name, if there is one. */
function arrivesTwice(partner: Partner, a: PartnerSubscription, b: PartnerSubscription): string | undefined {
  if (a.settings.fileGroup !== b.settings.fileGroup) return undefined;
  if (a.publisher !== null && b.publisher !== null && a.publisher !== b.publisher) return undefined;
  const place = placeOf(partner, a);
  if (place === undefined || place !== placeOf(partner, b)) return undefined;
  const name = nameForBoth(a.settings.match ?? null, b.settings.match ?? null);
  if (name === undefined) return undefined;
  const upload = { publisher: a.publisher ?? b.publisher ?? "any-partner", fileName: name, transfer: 1 };
  const { subscriptions } = compileEntitlements({ ...partner, subscriptions: [a, b] });
  const [first, second] = subscriptions.map(({ delivery }) => deliveredName(delivery.fileName, upload));
  return first === second ? name : undefined;
}

/** The same text for the same folder, however it is written; undefined where the destination is not known. */
function placeOf({ settings }: Partner, { settings: { deliver } }: PartnerSubscription): string | undefined {
  if (deliver.place) return deliver.place.virtualPath;
  const server = settings.destinations[deliver.push?.destination ?? ""];
  if (!server || !deliver.push) return undefined;
  const folder = deliver.push.remotePath.replace(/\/+/g, "/").replace(/^(\.\/)+|(?<=.)\/$/g, "");
  return `${server.username}@${server.host.toLowerCase()}:${server.port}:${folder}`;
}
