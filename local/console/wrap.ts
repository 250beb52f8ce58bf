import { stripVTControlCharacters } from "node:util";

/** How many columns a text takes, colours aside. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/**
 * Breaks a text between words where a screen ends, and goes on behind `indent` spaces. A word that is longer than the
 * screen stays whole.
 * @param columns undefined: there is no screen, and the text stays in one line
 */
export function wrap(text: string, columns: number | undefined, indent: number): string {
  if (columns === undefined || widthOf(text) <= columns) return text;
  const margin = " ".repeat(Math.min(indent, Math.floor(columns / 2)));
  // Spaces that the text begins with belong to its first word.
  const [first = "", ...words] = text.split(/(?<=\S) /);
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(`${margin}${word}`);
  }
  return lines.join("\n");
}
