import * as z from "zod";
import { nearest, suggestion } from "../nearest";
import type { Problem } from "../problem";
import { lenientValue } from "./lenient-value";
import type { YamlPath, YamlSource } from "./yaml-source";

export interface Form<Value> {
  /** Undefined where the file is no mapping. */
  value: Value | undefined;
  /** The source, which now knows what is wrong. */
  source: YamlSource;
  /** Whether every value is what the file says. Keys that nobody knows change none. */
  isWhole: boolean;
  problems: Problem[];
}

/**
 * Reads a YAML file as one of the definitions: every place where its form is wrong, and its value all the same, as good
 * as it can be ({@link lenientValue}), so that one typing error does not hide what else is wrong.
 */
export function readForm<Definition extends z.ZodType>(
  definition: Definition,
  source: YamlSource,
): Form<z.output<Definition>> {
  const result = definition.safeParse(source.value ?? {});
  if (result.success) return { value: result.data, source, isWhole: true, problems: [] };
  const { issues } = result.error;
  const problems = withoutEchoes(issues, definition, source).flatMap((issue) => describe(issue, definition, source));
  const wrong = new Set<string>();
  const withOddKeys = new Set<string>();
  for (const { code, path } of issues) {
    if (code === "unrecognized_keys") withOddKeys.add(JSON.stringify(path));
    // A name that is no good still is the name of what stands there.
    else if (code === "invalid_key") withOddKeys.add(JSON.stringify(path.slice(0, -1)));
    else wrong.add(JSON.stringify(path));
  }
  const isWrong = (path: YamlPath) => path.some((_, depth) => wrong.has(JSON.stringify(path.slice(0, depth + 1))));
  const mayLack = (path: YamlPath) =>
    source.value === undefined ||
    isWrong(path) ||
    path.some((_, depth) => withOddKeys.has(JSON.stringify(path.slice(0, depth))));
  const isReadable = !wrong.has("[]");
  return {
    value: isReadable ? lenientValue(definition, source.value ?? {}, isWrong, source.file) : undefined,
    source: {
      ...source,
      isWrong,
      mayLack,
      locate: (path, part) => ({ ...source.locate(path, part), ...(isWrong(path) && { isWrong: true }) }),
    },
    isWhole: issues.every(({ code }) => code === "unrecognized_keys"),
    problems,
  };
}

/**
 * The issues without echoes of others: what only follows from a misspelt key (the key that was meant is missing, a
 * rule between the keys of its mapping does not hold), and all but one of the rules that the same value breaks.
 */
function withoutEchoes(issues: readonly Issue[], definition: z.ZodType, source: YamlSource): Issue[] {
  const misspelt = new Set<string>();
  for (const { code, path, ...issue } of issues) {
    if (code !== "unrecognized_keys" || !("keys" in issue)) continue;
    misspelt.add(JSON.stringify(path));
    for (const key of issue.keys) {
      const meant = nearest(key, keysAt(definition, path as YamlPath));
      if (meant !== undefined) misspelt.add(JSON.stringify([...path, meant]));
    }
  }
  return issues.filter(({ code, path }, index) => {
    if (code === "unrecognized_keys") return true;
    const place = JSON.stringify(path);
    // A number that is far too large is not a whole one either: the last rule that it breaks says more.
    if (issues.findLastIndex((other) => JSON.stringify(other.path) === place) > index) return false;
    const isEcho = code === "custom" || valueAt(source.value, path as YamlPath) === undefined;
    return !(isEcho && misspelt.has(place));
  });
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
        return [{ ...here, message: `${subject} is missing`, fix: `add ${path.at(-1)}: ${shape(definition, path)}` }];
      }
      if (issue.expected === "object" && !issue.message.startsWith("Invalid input")) {
        return [{ ...here, message: `${subject} is ${kindOf(valueAt(source.value, path))}`, fix: issue.message }];
      }
      return [
        {
          ...here,
          message: `${subject} is ${kindOf(valueAt(source.value, path))}`,
          fix: `it must be ${kindNames[issue.expected] ?? issue.expected}${
            issue.expected === "string" && isPlain(valueAt(source.value, path)) ? "; put it in quotes" : ""
          }`,
        },
      ];
    case "invalid_value": {
      const given = valueAt(source.value, path);
      const choices = issue.values.map(String);
      if (given === undefined) {
        return [{ ...here, message: `${subject} is missing`, fix: `add ${path.at(-1)}: ${choices.join(" | ")}` }];
      }
      const message =
        typeof given === "string" ? `${subject} cannot be ${quote(given)}` : `${subject} is ${kindOf(given)}`;
      return [{ ...here, message, fix: suggestion(typeof given === "string" ? given : "", choices) }];
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
      return [{ ...here, message: `${subject} ${issue.params?.what ?? "is not right"}`, fix: issue.message }];
    default: {
      const given = valueAt(source.value, path);
      const message =
        typeof given === "string" || typeof given === "number"
          ? `${subject} cannot be ${quote(given)}`
          : `${subject} ${Array.isArray(given) ? `has ${given.length || "no"} entries` : "is not right"}`;
      return [{ ...here, message, fix: issue.message }];
    }
  }
}

/** A value as it may be repeated in a message of one line. */
function quote(value: string | number): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)}…"`;
}

const kindNames: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a mapping of keys to values",
  record: "a mapping of names to values",
  boolean: "true or false",
};

/** Whether a value would be text if only it stood in quotes. */
const isPlain = (value: unknown) => typeof value === "number" || typeof value === "boolean";

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? `${value}` : `the number ${value}`;
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
  const found = definitionAt(definition, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** What a required value looks like, with the keys that it needs: `[{ name: …, email: … }]`. */
function shape(definition: z.ZodType, path: YamlPath): string {
  const found = definitionAt(definition, path);
  if (found instanceof z.ZodArray) return `[${shape(definition, [...path, 0])}]`;
  const needed =
    found instanceof z.ZodObject
      ? Object.entries(found.shape).flatMap(([key, inner]) => (inner === unwrap(inner) ? [`${key}: …`] : []))
      : [];
  return needed.length === 0 ? "…" : `{ ${needed.join(", ")} }`;
}

function definitionAt(definition: z.ZodType, path: YamlPath): unknown {
  let current: unknown = unwrap(definition);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = unwrap((current.shape as Record<string, unknown>)[step]);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else return undefined;
  }
  return current;
}

function unwrap(definition: unknown): unknown {
  let current = definition;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) current = current.unwrap();
  return current;
}
