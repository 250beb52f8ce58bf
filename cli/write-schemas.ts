import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { schemaFiles, schemasFolder } from "../domain/partner-files/schemas";
import type { Command } from "./command";

/** Writes the JSON Schemas that partner files refer to. A test fails when they are stale. */
export const writeSchemas: Command<{ partners: { type: "string"; default: string } }> = {
  usage: `npm run schemas [-- --partners FOLDER]

Writes the JSON Schemas by which editors complete and explain partner files.

  --partners FOLDER  where to: FOLDER/${schemasFolder}; partners unless told`,
  options: { partners: { type: "string", default: "partners" } },
  async run({ partners }, { print }) {
    const folder = join(partners, schemasFolder);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of schemaFiles()) await writeFile(join(folder, name), text);
    print(`${[...schemaFiles().keys()].map((name) => join(folder, name)).join("\n")}\n`);
    return 0;
  },
};
