/** Most bytes of a name on the common file systems. */
const longestName = 255;

/** The name under which a file is written before it is renamed: hidden, telling, and of this delivery alone. */
export function temporaryName(finalName: string, delivery: number): string {
  const ending = `.${delivery}.part`;
  let kept = "";
  let room = longestName - 1 - Buffer.byteLength(ending);
  for (const character of finalName) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return `.${kept}${ending}`;
}

/** Extensions that wrap another one: `claims.csv.gz` is a `.csv.gz`. */
const wrapping = /^\.(gz|bz2|xz|zst|zip|pgp|gpg|asc)$/i;

/** The name with a number before its extension: `claims-1.csv`; 0 is the name itself. */
export function numberedName(name: string, number: number): string {
  if (number === 0) return name;
  const outer = extensionOf(name);
  const inner = wrapping.test(outer) ? extensionOf(name.slice(0, name.length - outer.length)) : "";
  const extension = /^(\.\w{1,8})?$/.test(inner) ? inner + outer : outer;
  return `${name.slice(0, name.length - extension.length)}-${number}${extension}`;
}

/** With its dot; empty where there is none, and for a name like `.profile`. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

/** Where a number this high is taken, too, something else is wrong. */
export const mostNumber = 1000;
