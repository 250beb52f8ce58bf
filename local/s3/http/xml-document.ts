/** Text, a list of child elements, or nothing at all: an element of `undefined` is left out. */
export type XmlContent = string | number | boolean | undefined | XmlElement[];

export type XmlElement = readonly [name: string, content: XmlContent];

/** An XML document of one root element. */
export function xmlDocument([name, content]: XmlElement, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${written(content)}</${name}>`;
}

function written(content: XmlContent): string {
  if (content === undefined) return "";
  if (!Array.isArray(content)) return escaped(String(content));
  return content.map(([name, inner]) => (inner === undefined ? "" : `<${name}>${written(inner)}</${name}>`)).join("");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Control characters become references, as S3 writes them, although XML 1.0 forbids most of them. */
const escaped = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
  text.replace(/[&<>"\u0000-\u001f\u007f]/g, (found) => entities[found] ?? `&#x${found.charCodeAt(0).toString(16)};`);
