import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The fenced blocks of a page under `docs/` that are of this language, in order, as they stand there. */
export function pageBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(__dirname, "../../docs", page), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, block = ""]) =>
    of === language ? [block] : [],
  );
}
