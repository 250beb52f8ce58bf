import * as z from "zod";
import { fileGroupsFile, partnerFile, subscriptionFile } from "./definitions";

/** Below the partners folder. It is no partner: `isStray` knows it. */
export const schemasFolder = ".schemas";

const schemas = {
  "file-groups.json": { title: "The file groups of a partners folder", definition: fileGroupsFile },
  "partner.json": { title: "A partner", definition: partnerFile },
  "subscription.json": { title: "A subscription of a partner", definition: subscriptionFile },
};

/**
 * The JSON Schemas (draft 2020-12) of the YAML files under `partners/`, as text by file name. They describe one file's
 * form, for editors; `npm run check` knows all the rest.
 */
export function schemaFiles(): Map<string, string> {
  return new Map(
    Object.entries(schemas).map(([name, { title, definition }]) => {
      const schema = z.toJSONSchema(definition, { target: "draft-2020-12", io: "input", override: simplify });
      return [name, `${JSON.stringify({ $schema: schema.$schema, title, ...schema }, null, 2)}\n`];
    }),
  );
}

/** Which schema a file of the partners folder has; undefined where it is no YAML file of ours. */
export function schemaOf(file: string): keyof typeof schemas | undefined {
  if (file === "file-groups.yaml") return "file-groups.json";
  if (/^[^/]+\/partner\.yaml$/.test(file)) return "partner.json";
  return /^[^/]+\/subscriptions\/[^/]+\.yaml$/.test(file) ? "subscription.json" : undefined;
}

/** The first line of a file, by which editors find its schema. */
export function schemaComment(file: string): string | undefined {
  const schema = schemaOf(file);
  const up = "../".repeat(file.split("/").length - 1);
  return schema && `# yaml-language-server: $schema=${up}${schemasFolder}/${schema}`;
}

/** Leaves out what only repeats in machine terms what `format` or the type says. */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === "email") delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
