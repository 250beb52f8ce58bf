/**
 * Compares two keys by their UTF-8 bytes, the order in which S3 lists. JavaScript's own order, by UTF-16 units, differs
 * from it only where a surrogate (a character beyond U+FFFF, such as an emoji) meets a unit that is none.
 */
export function keyOrder(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Lifts surrogates above all other units. */
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
