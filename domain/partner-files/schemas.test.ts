import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import * as z from "zod";
import { folderWith } from "./broken-folders/sound-folder";
import { type FileMap, readPartnerFolder } from "./read-partner-folder";
import { schemaComment, schemaFiles, schemaOf, schemasFolder } from "./schemas";

const partners = join(__dirname, "../../partners");

describe("the JSON Schemas of partner files", () => {
  const schemas = schemaFiles();
  const accepts = (file: string, content: Uint8Array | string) => {
    const schema = JSON.parse(schemas.get(schemaOf(file) ?? "") ?? "null") as Parameters<typeof z.fromJSONSchema>[0];
    return z.fromJSONSchema(schema).safeParse(parse(Buffer.from(content).toString())).success;
  };
  const yamlFiles = (files: FileMap) => [...files].filter(([file]) => schemaOf(file) !== undefined);

  for (const [name, text] of schemas) {
    it(`${name} is what is in partners/${schemasFolder}; if not, npm run schemas writes it`, () =>
      expect(readFileSync(join(partners, schemasFolder, name), "utf8")).to.equal(text));
  }

  it("are named in the first line of each of this repository's partner files", async () => {
    const files = yamlFiles(await readPartnerFolder(partners));
    expect(files.length).to.be.above(5);
    for (const [file, content] of files) {
      expect(Buffer.from(content).toString().split("\n", 1)[0], file).to.equal(schemaComment(file));
    }
  });

  it("accept what the loader accepts", async () => {
    for (const files of [folderWith([]), await readPartnerFolder(partners)]) {
      for (const [file, content] of yamlFiles(files)) expect(accepts(file, content), file).to.equal(true);
    }
  });

  for (const [title, file, replace, by] of [
    ["an unknown key", "acme/partner.yaml", "contacts:", "contact:"],
    ["a wrong access", "acme/partner.yaml", "access: upload", "access: write"],
    ["a port that is none", "acme/partner.yaml", "    username: quayside", "    username: q\n    port: 70000"],
    [
      "neither push nor place",
      "clinic/subscriptions/remittances.yaml",
      "  place:\n    virtualPath: /remittances",
      "  {}",
    ],
    ["a group without description", "file-groups.yaml", "    description: Medical claims", "    {}"],
  ] as const) {
    it(`refuse ${title}`, () => {
      const text = Buffer.from(folderWith([{ in: file, replace, by }]).get(file) ?? []).toString();
      expect(accepts(file, text)).to.equal(false);
    });
  }

  it("explain every key", () => {
    const unexplained: string[] = [];
    const visit = (schema: z.core.JSONSchema.BaseSchema, path: string) => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        if (typeof inner === "boolean") continue;
        if (!inner.description) unexplained.push(`${path}${key}`);
        visit(inner, `${path}${key}.`);
      }
      for (const inner of [schema.items, schema.additionalProperties]) {
        if (inner && typeof inner === "object" && !Array.isArray(inner)) visit(inner, path);
      }
    };
    for (const [name, text] of schemas) visit(JSON.parse(text), `${name}: `);
    expect(unexplained).to.deep.equal([]);
  });
});
