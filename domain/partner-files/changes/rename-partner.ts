import { type Document, isMap, isScalar, isSeq } from "yaml";
import type { FileMap } from "../read-partner-folder";
import { editYaml } from "./edit-yaml";
import type { FileChanges } from "./file-changes";
import { subscriptionFilesThatName } from "./subscription-files-that-name";

/**
 * Gives a partner another id: moves its folder, declares the id that it had, and lets the subscriptions that name it
 * as their publisher name the new one.
 */
export function renamePartner(files: FileMap, from: string, to: string): FileChanges {
  const changes = new Map<string, Uint8Array | null>();
  for (const [path, content] of files) {
    if (!path.startsWith(`${from}/`)) continue;
    changes.set(path, null).set(moved(path, from, to), content);
  }
  const own = `${from}/partner.yaml`;
  changes.set(
    moved(own, from, to),
    editYaml(files, own, (document) => declareFormerId(document, from)),
  );
  for (const { file } of subscriptionFilesThatName(files, from)) {
    changes.set(
      moved(file, from, to),
      editYaml(files, file, (document) => document.setIn(["publisher"], to)),
    );
  }
  return changes;
}

const moved = (path: string, from: string, to: string) =>
  path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path;

/** Adds to `previously`, right below the name where it is new. */
function declareFormerId(document: Document, from: string): void {
  const former = document.get("previously", true);
  if (isSeq(former)) former.add(document.createNode(from));
  else if (isScalar(former)) {
    const both = document.createNode([former.value, from]);
    both.flow = true;
    document.set("previously", both);
  } else if (isMap(document.contents)) {
    const afterName = document.contents.items.findIndex(({ key }) => isScalar(key) && key.value === "name") + 1;
    document.contents.items.splice(afterName, 0, document.createPair("previously", from));
  }
}
