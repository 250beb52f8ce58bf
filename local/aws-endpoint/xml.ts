/** A map in an answer of the query protocol: `<entry><key/><value/></entry>` for each member. */
export class XmlMap {
  constructor(readonly entries: Record<string, string>) {}
}

export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | XmlMap
  | readonly XmlValue[]
  | { [element: string]: XmlValue };

/** Text for an element's content or an attribute's value. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The content of an element as the query protocol writes it: lists as `<member>`, undefined left out. */
export function toXml(value: XmlValue): string {
  if (value === undefined) return "";
  if (value instanceof XmlMap) {
    return Object.entries(value.entries)
      .map(([key, text]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(text)}</value></entry>`)
      .join("");
  }
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, child]) => child !== undefined)
      .map(([name, child]) => `<${name}>${toXml(child)}</${name}>`)
      .join("");
  }
  return escapeXml(String(value));
}
