import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Problem } from "../problem";

export type YamlPath = readonly (string | number)[];

/** A parsed YAML file that knows where each of its values stands. */
export interface YamlSource {
  file: string;
  /** The document as plain values; undefined for an empty file. */
  value: unknown;
  /** Where the value at a path starts or, with `key`, where its key does. The nearest parent that exists, otherwise. */
  locate(path: YamlPath, part?: "key" | "value"): { file: string; line: number; column: number };
}

/** No partner file is near this size; a bigger one was pasted by mistake. In bytes. */
const largestYaml = 256 * 1024;

/** Parses YAML 1.2, strictly: one document, no duplicate keys, no anchors. Problems instead of a source where it is none. */
export function parseYaml(file: string, content: Uint8Array): YamlSource | Problem[] {
  const whole = (message: string, fix: string): Problem[] => [{ file, line: 1, column: 1, message, fix }];
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
  const document = parseDocument(text, { lineCounter: lines, version: "1.2", prettyErrors: false, stringKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    message: `not valid YAML: ${error.message.replace(/[.\s]+$/, "").split("\n", 1)[0]}`,
    fix: "correct the line, or the one above it",
  }));
  visit(document, {
    Alias: (_key, node) => {
      problems.push({
        ...at(node.range?.[0] ?? 0),
        message: `"*${node.source}" refers to another value`,
        fix: "write the value out; anchors are not used in partner files",
      });
    },
  });
  if (problems.length > 0) return problems;
  return {
    file,
    value: document.toJS() ?? undefined,
    locate: (path, part = "value") => at(offsetOf(document, path, part)),
  };
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
