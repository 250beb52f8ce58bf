import { malformedXml } from "../s3-error";

/** An element of a request document: its text, or its child elements. */
export interface XmlNode {
  name: string;
  text: string;
  children: XmlNode[];
}

/**
 * Reads the XML of a request: elements, text, entities, CDATA, comments. Namespaces prefixes and document types are
 * refused, attributes skipped: no request of S3 needs them. Throws MalformedXML.
 */
export function readXml(source: string): XmlNode {
  const document: XmlNode = { name: "", text: "", children: [] };
  const open: XmlNode[] = [document];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.]+)\s*>|<([\w.]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    const current = open.at(-1);
    if (match === null || current === undefined) throw malformedXml(`unexpected content at character ${at}`);
    const [, cdata, closed, opened, , empty, text] = match;
    if (opened !== undefined) {
      const node: XmlNode = { name: opened, text: "", children: [] };
      current.children.push(node);
      if (empty === "") open.push(node);
    } else if (closed !== undefined) {
      if (open.length === 1 || open.pop()?.name !== closed) throw malformedXml(`unexpected </${closed}>`);
    } else current.text += cdata ?? decoded(text ?? "");
  }
  const [root, ...others] = document.children;
  if (root === undefined || others.length > 0 || open.length > 1 || document.text.trim() !== "") {
    throw malformedXml("it must be one element");
  }
  return root;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|\w*);?/g, (reference, name: string) => {
    const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    const character = name.startsWith("#") && code <= 0x10ffff ? String.fromCodePoint(code) : entities[name];
    if (character === undefined || !reference.endsWith(";")) throw malformedXml(`unknown entity ${reference}`);
    return character;
  });
}

/** The child elements of that name. */
export const childrenOf = (node: XmlNode, name: string) => node.children.filter((child) => child.name === name);

/** The text of the child element of that name, if there is one. */
export const textOf = (node: XmlNode, name: string) => childrenOf(node, name)[0]?.text;

/** Refuses child elements with other names than these: `refuse` makes the error. */
export function checkChildren(node: XmlNode, names: readonly string[], refuse: (what: string) => Error): void {
  for (const { name } of node.children) if (!names.includes(name)) throw refuse(`<${name}> in <${node.name}>`);
}
