import { harmlessName } from "./harmless-name";

/** What a file-name template may refer to, with what each placeholder stands for. */
export const namePlaceholders = {
  name: "the uploaded file's name",
  stem: "that name without its last extension",
  extension: "its last extension without the dot, empty where it has none",
  publisher: "the id of the partner that uploaded it",
  transfer: "the transfer's number in the ledger, unique",
} as const;

/**
 * Longest delivered name, in bytes of UTF-8. Most file systems allow 255; the send job needs room for the
 * temporary name it builds around it.
 */
export const longestDeliveredName = 200;

/**
 * The name under which a file is delivered: the template with its placeholders filled in, always one path segment that
 * is harmless (see {@link harmlessName}), whatever the publisher called the file. A name that is too long keeps its start and its extension and
 * gets the transfer's number, so that it stays unique.
 */
export function deliveredName(
  template: string,
  { publisher, fileName, transfer }: { publisher: string; fileName: string; transfer: number },
): string {
  const { stem, extension } = splitName(fileName);
  const values = new Map<string, string>(
    Object.entries({ name: fileName, stem, extension, publisher, transfer: String(transfer) }),
  );
  const filled = template.replace(placeholders, (placeholder, name: string) => values.get(name) ?? placeholder);
  return shorten(onePathSegment(filled, transfer), transfer);
}

/** The placeholders of a template that do not exist, each once. */
export function unknownPlaceholders(template: string): string[] {
  const names = [...template.matchAll(placeholders)].map((match) => match[1] ?? "");
  return [...new Set(names)].filter((name) => !Object.hasOwn(namePlaceholders, name));
}

const placeholders = /\{([^{}]*)\}/g;

function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  // ".profile" has a stem and no extension.
  return dot <= 0 ? { stem: name, extension: "" } : { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/** A name of nothing but dots and blanks says nothing. */
function onePathSegment(text: string, transfer: number): string {
  return /^[. ]*$/.test(text) ? `file-${transfer}` : harmlessName(text);
}

function shorten(name: string, transfer: number): string {
  if (Buffer.byteLength(name) <= longestDeliveredName) return name;
  const { stem, extension } = splitName(name);
  const ending = Buffer.byteLength(extension) > 20 || extension === "" ? `-${transfer}` : `-${transfer}.${extension}`;
  let kept = "";
  let room = longestDeliveredName - Buffer.byteLength(ending);
  for (const character of stem) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return kept + ending;
}
