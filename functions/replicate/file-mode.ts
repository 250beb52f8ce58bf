/** Reads an octal mode such as `0640`; throws where it is none. */
export function fileMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new Error(`"${text}" is no mode; write one like 0640`);
  return Number.parseInt(text, 8);
}
