import { ignoredKey } from "../../domain/ignored-key";
import { type Folder, findFolder } from "../../domain/ledger/entitlements/find-folder";
import type { RouteDependencies } from "./handle-message";

/** What is said of an event in every line of the log about it. */
export type About = Record<string, unknown>;

/** The folder that an event is about. Null where nobody cares; the log says why. */
export async function folderOf(
  { bucket, objectKey }: { bucket: string; objectKey: string },
  about: About,
  dependencies: RouteDependencies,
): Promise<Folder | null> {
  const why = bucket === dependencies.bucket ? ignoredKey(objectKey, dependencies.ignoredNames) : "another bucket";
  const folder = why === null ? await findFolder(dependencies.ledger, objectKey) : null;
  if (folder === null) ignore(about, why ?? "no folder takes it", dependencies);
  return folder;
}

export function ignore(about: About, why: string, { log }: Pick<RouteDependencies, "log">): void {
  log("info", "message ignored", { ...about, why });
}
