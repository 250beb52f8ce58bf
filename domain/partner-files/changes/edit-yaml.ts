import { type Document, parseDocument } from "yaml";
import type { FileMap } from "../read-partner-folder";
import { content, textOf } from "./file-changes";

/** How partner files are written: text is not folded, and lists in one line are `[a, b]`. */
export const yamlStyle = { lineWidth: 0, flowCollectionPadding: false } as const;

/**
 * A YAML file after an edit. Comments, order and blank lines stay.
 * @throws where there is no such file, or it is not YAML.
 */
export function editYaml(files: FileMap, path: string, edit: (document: Document) => void): Uint8Array {
  const document = parseDocument(textOf(files, path), { version: "1.2" });
  const [error] = document.errors;
  if (error) throw new Error(`${path} is not valid YAML; npm run check says what is wrong`);
  edit(document);
  return content(document.toString(yamlStyle));
}
