import type { Properties, ResourceHandler } from "./handler";
import { changedKeys } from "./inputs";

/**
 * The top-level inputs for whose change a resource has to be replaced; empty where an update will do.
 * @param previous inputs as they were
 */
export function replacingInputs(handler: ResourceHandler, inputs: Properties, previous: Properties): string[] {
  if (!handler.update) return changedKeys(previous, inputs);
  const paths = typeof handler.replaceOn === "function" ? handler.replaceOn(inputs) : (handler.replaceOn ?? []);
  const changed = paths.filter(
    (path) => changedKeys({ at: read(previous, path) }, { at: read(inputs, path) }).length > 0,
  );
  return [...new Set(changed.map((path) => path.replace(/\..*$/, "")))];
}

function read(properties: Properties, path: string): unknown {
  let value: unknown = properties;
  for (const key of path.split(".")) {
    value = typeof value === "object" && value !== null ? (value as Properties)[key] : undefined;
  }
  return value;
}
