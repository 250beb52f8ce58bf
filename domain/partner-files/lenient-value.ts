import * as z from "zod";
import type { YamlPath } from "./yaml-source";

/**
 * The value of a definition, made from one that breaks it: good enough to check all the rest against other files. Keys
 * that nobody knows are left out, as are optional values that are wrong; defaults are filled in; required values that
 * are wrong or missing are made up, each one differently, because it must not seem to be the same as another.
 * @param isWrong whether the definition refuses what stands at a path.
 * @param file in whose name values are made up.
 */
export function lenientValue<Definition extends z.ZodType>(
  definition: Definition,
  value: unknown,
  isWrong: (path: YamlPath) => boolean,
  file: string,
): z.output<Definition> {
  return read(definition, value, []) as z.output<Definition>;

  function read(of: unknown, given: unknown, path: YamlPath): unknown {
    const usable = isWrong(path) ? undefined : given;
    if (of instanceof z.ZodOptional) return usable === undefined ? undefined : read(of.unwrap(), usable, path);
    if (of instanceof z.ZodDefault) return usable === undefined ? of.def.defaultValue : read(of.unwrap(), usable, path);
    if (of instanceof z.ZodObject) {
      const from = isMapping(usable) ? usable : {};
      return Object.fromEntries(
        Object.entries(of.shape).map(([key, inner]) => [key, read(inner, own(from, key), [...path, key])]),
      );
    }
    if (of instanceof z.ZodRecord) {
      const from = isMapping(usable) ? usable : {};
      return Object.fromEntries(
        Object.entries(from).map(([key, inner]) => [key, read(of.valueType, inner, [...path, key])]),
      );
    }
    if (of instanceof z.ZodArray) {
      // None is left out, because the others are known by their places.
      return Array.isArray(usable) ? usable.map((item, index) => read(of.element, item, [...path, index])) : [];
    }
    return isOfKind(of, usable) ? usable : madeUp(of, path);
  }

  function madeUp(of: unknown, path: YamlPath): unknown {
    if (of instanceof z.ZodEnum) return of.options[0];
    if (of instanceof z.ZodNumber) return 1;
    if (of instanceof z.ZodBoolean) return false;
    // No file can hold a text with this character.
    return `\0${file} ${path.join(".")}`;
  }
}

function isOfKind(of: unknown, value: unknown): boolean {
  if (of instanceof z.ZodEnum) return of.options.includes(value as string);
  if (of instanceof z.ZodNumber) return typeof value === "number";
  if (of instanceof z.ZodBoolean) return typeof value === "boolean";
  // The only union is of texts and lists of texts.
  return typeof value === "string" || (of instanceof z.ZodUnion && Array.isArray(value));
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const own = (value: Record<string, unknown>, key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
