import { Document, isCollection } from "yaml";
import type * as z from "zod";
import type { partnerFile, subscriptionFile } from "../definitions";
import { schemaComment } from "../schemas";
import { yamlStyle } from "./edit-yaml";
import { content, type FileChanges } from "./file-changes";

/** A partner that is to be added, as its files will say it. */
export interface NewPartner {
  id: string;
  settings: z.input<typeof partnerFile>;
  /** By name. */
  subscriptions: Readonly<Record<string, z.input<typeof subscriptionFile>>>;
  /** Public keys in OpenSSH's form, by file name without `.pub`. */
  keys: Readonly<Record<string, string>>;
}

/** The files of a new partner. */
export function newPartner({ id, settings, subscriptions, keys }: NewPartner): FileChanges {
  return new Map([
    yamlFile(`${id}/partner.yaml`, settings),
    ...Object.entries(subscriptions).map(([name, subscription]) =>
      yamlFile(`${id}/subscriptions/${name}.yaml`, subscription),
    ),
    ...Object.entries(keys).map(([name, line]): [string, Uint8Array] => [
      `${id}/keys/${name}.pub`,
      content(`${line.trim()}\n`),
    ]),
  ]);
}

function yamlFile(path: string, value: object): [string, Uint8Array] {
  const document = new Document(value, { version: "1.2", aliasDuplicateObjects: false });
  const notifications = document.get("notifications");
  if (isCollection(notifications)) {
    for (const index of notifications.items.keys()) {
      const events = document.getIn(["notifications", index, "events"]);
      if (isCollection(events)) events.flow = true;
    }
  }
  return [path, content(`${schemaComment(path)}\n${document.toString(yamlStyle)}`)];
}
