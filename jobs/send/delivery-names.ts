/** Most bytes of a name on the common file systems. */
const longestName = 255;

/**
 * The name under which a file is written before it is renamed: hidden, telling, and of this claim of this delivery
 * alone, so that a job which lost its claim without noticing writes into no file but its own.
 */
export function temporaryName(finalName: string, delivery: number, claim: number): string {
  const ending = `.${delivery}.${claim}.part`;
  let kept = "";
  let room = longestName - 1 - Buffer.byteLength(ending);
  for (const character of finalName) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return `.${kept}${ending}`;
}

/** More than a delivery has attempts; what claims before these left behind was removed by one of these, or never can be. */
const mostFormer = 20;

/** The temporary names that earlier claims may have left. */
export function formerTemporaryNames(finalName: string, delivery: number, claim: number): string[] {
  const count = Math.min(claim - 1, mostFormer);
  return Array.from({ length: count }, (_, i) => temporaryName(finalName, delivery, claim - 1 - i));
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
