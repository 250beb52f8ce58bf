import { isMap } from "yaml";
import type { Partner } from "../partner";
import type { FileMap } from "../read-partner-folder";
import { editYaml } from "./edit-yaml";
import type { FileChanges } from "./file-changes";

/** Removes subscriptions of one partner, with what only they used: SQL, samples and destinations. */
export function removeSubscriptions(files: FileMap, partner: Partner, names: readonly string[]): FileChanges {
  const { id, subscriptions, samples } = partner;
  const isGone = ({ name }: { name: string }) => names.includes(name);
  const gone = subscriptions.filter(isGone);
  const left = subscriptions.filter((subscription) => !isGone(subscription));
  const changes = new Map<string, Uint8Array | null>();
  for (const { name } of gone) changes.set(`${id}/subscriptions/${name}.yaml`, null);
  const sql = (of: Partner["subscriptions"]) =>
    of.flatMap(({ settings }) => (settings.transform ?? []).flatMap(({ convert }) => convert.sql ?? []));
  for (const file of sql(gone).filter((name) => !sql(left).includes(name))) changes.set(`${id}/${file}`, null);
  for (const { file, expected, subscription } of samples.contracts) {
    if (!names.includes(subscription)) continue;
    changes.set(file, null);
    if (expected) changes.set(expected.file, null);
  }
  const destinations = (of: Partner["subscriptions"]) =>
    of.flatMap(({ settings }) => settings.deliver.push?.destination ?? []);
  const unused = destinations(gone).filter((name) => !destinations(left).includes(name));
  if (unused.length > 0) {
    const own = `${id}/partner.yaml`;
    const edited = editYaml(files, own, (document) => {
      for (const name of unused) document.deleteIn(["destinations", name]);
      const rest = document.get("destinations", true);
      if (isMap(rest) && rest.items.length === 0) document.delete("destinations");
    });
    changes.set(own, edited);
  }
  return changes;
}
