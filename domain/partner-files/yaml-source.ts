import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { type Problem, wholeFile } from "../problem";

export type YamlPath = readonly (string | number)[];

/** A parsed YAML file that knows where each of its values stands. */
export interface YamlSource {
  file: string;
  /** The document as plain values; undefined for an empty file. */
  value: unknown;
  /** Where the value at a path starts or, with `key`, where its key does. The nearest parent that exists, otherwise. */
  locate(path: YamlPath, part?: "key" | "value"): Place;
  /** Whether the form of what stands at a path is wrong, so that it says nothing. */
  isWrong(path: YamlPath): boolean;
  /** Whether what is missing at a path may be there: its form is wrong, or beside it is a key that nobody knows. */
  mayLack(path: YamlPath): boolean;
}

export interface Place {
  file: string;
  /** Both count from 1. */
  line: number;
  column: number;
  /** Present where {@link YamlSource.isWrong}: that is reported, and nothing else can be said of it. */
  isWrong?: true;
}

/** No partner file is near this size; a bigger one was pasted by mistake. In bytes. */
const largestYaml = 256 * 1024;

/**
 * Parses YAML 1.2, strictly: one document; no duplicate keys, anchors, tags or directives, nor control characters, which
 * neither the database nor a terminal takes. Problems instead of a source where it is none.
 */
export function parseYaml(file: string, content: Uint8Array): YamlSource | Problem[] {
  const whole = (message: string, fix: string): Problem[] => [{ ...wholeFile(file), message, fix }];
  if (content.byteLength > largestYaml) {
    return whole(`the file has ${content.byteLength} bytes`, `a partner file has at most ${largestYaml}`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return whole("the file is not UTF-8 text", "save it as UTF-8");
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: "1.2",
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false, // unwanted() finds them and names the key
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const mistakes = syntaxErrors(document, text) ?? [...directives(text), ...unwanted(document)];
  if (mistakes.length > 0) return mistakes.map(({ offset, ...mistake }) => ({ ...at(offset), ...mistake }));
  return {
    file,
    value: document.toJS() ?? undefined,
    locate: (path, part = "value") => at(offsetOf(document, path, part)),
    isWrong: () => false,
    mayLack: () => false,
  };
}

interface Mistake {
  offset: number;
  message: string;
  fix: string;
}

/** The first error of the syntax. Those after it are mostly echoes: one open bracket can give hundreds. */
function syntaxErrors(document: Document, text: string): Mistake[] | undefined {
  const first = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (first === undefined) return undefined;
  const offset = first.pos[0];
  if (first.code === "MULTIPLE_DOCS") {
    return [{ offset, message: "a second document begins here", fix: "keep one in each file" }];
  }
  if (first.code === "NON_STRING_KEY") return [{ offset, message: "this key is not text", fix: "write a plain name" }];
  if (first.code === "TAB_AS_INDENT") return [{ offset, message: "a tab indents this line", fix: "use spaces" }];
  if (first.code === "BLOCK_AS_IMPLICIT_KEY") {
    const fix = "put text with a colon in quotes, or correct the indentation of the next line";
    return [{ offset, message: "not valid YAML: a value and a mapping in one", fix }];
  }
  if (first.message.includes("call stack")) {
    return [{ offset, ...tooDeep }];
  }
  const opening = /^(Flow|Missing closing .quote)/.test(first.message)
    ? lastOpening(document, text, offset)
    : undefined;
  if (opening !== undefined) {
    return [{ offset: opening, message: `this ${text[opening]} is never closed`, fix: "close it on the same line" }];
  }
  const reason = first.message.replace(/[.\s]+$/, "").split("\n", 1)[0];
  return [{ offset, message: `not valid YAML: ${reason}`, fix: "correct the line, or the one above it" }];
}

/** Where the bracket or quote stands that is missing its other half at `offset`: that place says little to a person. */
function lastOpening(document: Document, text: string, offset: number): number | undefined {
  const closing = new Map([
    ["[", "]"],
    ["{", "}"],
    ['"', '"'],
    ["'", "'"],
  ]);
  let found: number | undefined;
  visit(document, {
    Node: (_key, node) => {
      const [start = 0, end = 0] = node.range ?? [];
      const close = closing.get(text[start] ?? "");
      if (close === undefined || start > offset) return;
      if (end - start < 2 || text[end - 1] !== close) found = start;
    },
  });
  return found;
}

/** `%YAML 1.1` would make `yes` mean true. Only what comes before the first value can be a directive. */
function directives(text: string): Mistake[] {
  const before = /^(?:[ \t]*(?:#.*)?\r?\n)*(?=%)/.exec(text);
  return before === null
    ? []
    : [{ offset: before[0].length, message: "a directive changes how the file is read", fix: "remove the line" }];
}

const tooDeep = { message: "the values are nested too deeply", fix: "no partner file needs more than six levels" };

/** A key and its value are two steps, so these are some 30 levels. */
const mostAncestors = 60;

const controlCharacter = /(?![\n\t])[\p{Cc}\p{Cs}]/u;

/** What YAML allows and partner files do not. */
function unwanted(document: Document): Mistake[] {
  const found: Mistake[] = [];
  const report = ({ range }: Node, message: string, fix: string) =>
    void found.push({ offset: range?.[0] ?? 0, message, fix });
  visit(document, {
    Node: (_key, node, ancestors) => {
      if (ancestors.length > mostAncestors) {
        found.push({ offset: node.range?.[0] ?? 0, ...tooDeep });
        return visit.BREAK;
      }
      if (isAlias(node)) {
        report(node, `"*${node.source}" refers to another value`, "write the value out; partner files have no anchors");
        return undefined;
      }
      if (node.anchor !== undefined) {
        report(node, `"&${node.anchor}" is an anchor`, "remove it; partner files have no anchors");
      }
      if (node.tag !== undefined) {
        report(
          node,
          "a tag before a value changes its type",
          "remove the tag, and put the value in quotes if it is text",
        );
      }
      if (isScalar(node) && typeof node.value === "string" && controlCharacter.test(node.value)) {
        report(node, "this text holds a control character", "write it without");
      }
      if (isMap(node)) checkKeys(node, report);
      return undefined;
    },
  });
  return found;
}

function checkKeys(map: YAMLMap, report: (node: Node, message: string, fix: string) => void): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    // JavaScript's own; an object with such a key is not what it seems to be.
    if (key.value === "__proto__") report(key, '"__proto__" cannot be a key', "choose another name");
    if (seen.has(key.value)) report(key, `"${key.value}" is here twice`, "keep one of them");
    seen.add(key.value);
  }
}

function offsetOf(document: Document, path: YamlPath, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? key.value : key) === step);
      if (pair === undefined) return offset;
      const wanted = isLast && part === "key" ? pair.key : (pair.value ?? pair.key);
      offset = startOf(wanted) ?? startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isNode(node) && "items" in node && Array.isArray(node.items)) {
      const item: unknown = node.items[Number(step)];
      if (item === undefined) return offset;
      offset = startOf(item) ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);
