import type { FileMap } from "../read-partner-folder";
import { parseYaml } from "../yaml-source";

/** The subscriptions of a folder that name a partner as their publisher; those that are not valid YAML are left out. */
export function subscriptionFilesThatName(files: FileMap, publisher: string): SubscriptionFileName[] {
  return [...files].flatMap(([file, content]) => {
    const [, subscriber, name] = /^([^/]+)\/subscriptions\/([^/]+)\.yaml$/.exec(file) ?? [];
    if (subscriber === undefined || name === undefined) return [];
    const source = parseYaml(file, content);
    if (Array.isArray(source) || (source.value as { publisher?: unknown } | null)?.publisher !== publisher) return [];
    return [{ file, subscriber, name }];
  });
}

export interface SubscriptionFileName {
  file: string;
  subscriber: string;
  name: string;
}
