import { z } from "zod";
import { suggestion } from "../nearest";
import type { Problem } from "../problem";
import type { YamlPath, YamlSource } from "./yaml-source";

/**
 * Reads a YAML file as one of the definitions: every place where its form is wrong, and its value with defaults filled
 * in where the form is right but for keys that nobody knows. Such a value is good enough to check against other files,
 * so that one typing error does not hide the rest.
 */
export function readForm<Definition extends z.ZodType>(
  definition: Definition,
  source: YamlSource,
): { value: z.output<Definition> | undefined; problems: Problem[] } {
  const result = definition.safeParse(source.value ?? {});
  if (result.success) return { value: result.data, problems: [] };
  const { issues } = result.error;
  return {
    value: definition.safeParse(withoutUnknownKeys(source.value, issues)).data,
    problems: issues.flatMap((issue) => describe(issue, definition, source)),
  };
}

function withoutUnknownKeys(value: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const parent = valueAt(copy, issue.path as YamlPath);
    if (parent === null || typeof parent !== "object") continue;
    for (const key of issue.keys) Reflect.deleteProperty(parent, key);
  }
  return copy;
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, definition: z.ZodType, source: YamlSource): Problem[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== "symbol");
  const subject = path.length === 0 ? "the file" : `"${pathText(path)}"`;
  const here = source.locate(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        ...source.locate([...path, key], "key"),
        message: `unknown key "${key}"`,
        fix: suggestion(key, keysAt(definition, path)),
      }));
    case "invalid_type":
      if (valueAt(source.value, path) === undefined) {
        return [{ ...here, message: `${subject} is missing`, fix: `add ${path.at(-1)}: …` }];
      }
      return [
        {
          ...here,
          message: `${subject} is ${kindOf(valueAt(source.value, path))}`,
          fix: `it must be ${kindNames[issue.expected] ?? issue.expected}`,
        },
      ];
    case "invalid_value": {
      const given = valueAt(source.value, path);
      const choices = issue.values.map(String);
      if (given === undefined) {
        return [{ ...here, message: `${subject} is missing`, fix: `add ${path.at(-1)}: ${choices.join(" | ")}` }];
      }
      return [
        { ...here, message: `${subject} cannot be ${JSON.stringify(given)}`, fix: suggestion(String(given), choices) },
      ];
    }
    case "invalid_key":
      return [
        {
          ...source.locate(path, "key"),
          message: `"${path.at(-1)}" is not a good name`,
          fix: issue.issues[0]?.message ?? "choose another",
        },
      ];
    case "custom":
      return [{ ...here, message: `${subject} is ambiguous`, fix: issue.message }];
    default:
      return [{ ...here, message: `${subject} is not right`, fix: issue.message }];
  }
}

const kindNames: Record<string, string> = {
  string: "text (put it in quotes if it looks like a number)",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a mapping of keys to values",
  record: "a mapping of names to values",
  boolean: "true or false",
};

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  return `the ${typeof value} ${String(value)}`;
}

/** `folders[2].access` */
function pathText(path: YamlPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      inner !== null && typeof inner === "object" ? (inner as Record<string | number, unknown>)[step] : undefined,
    value,
  );
}

/** The keys that the definition knows at a path. */
function keysAt(definition: z.ZodType, path: YamlPath): string[] {
  let current: unknown = unwrap(definition);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = unwrap((current.shape as Record<string, unknown>)[step]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(definition: unknown): unknown {
  let current = definition;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) current = current.unwrap();
  return current;
}
