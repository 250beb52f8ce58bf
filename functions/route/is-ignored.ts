import { ignoredKey } from "../../domain/ignored-key";
import type { RouteDependencies } from "./handle-message";

/** What is said of an event in every line of the log about it. */
export type About = Record<string, unknown>;

/** Whether nobody cares for the object of an event, whatever folder it is in; the log says why then. */
export function isIgnored(
  { bucket, objectKey }: { bucket: string; objectKey: string },
  about: About,
  dependencies: RouteDependencies,
): boolean {
  const why = bucket === dependencies.bucket ? ignoredKey(objectKey, dependencies.ignoredNames) : "another bucket";
  if (why !== null) ignore(about, why, dependencies);
  return why !== null;
}

export function ignore(about: About, why: string, { log }: Pick<RouteDependencies, "log">): void {
  log("info", "message ignored", { ...about, why });
}
