import { createColors } from "picocolors";

export type Colours = ReturnType<typeof createColors>;

/**
 * For what is written to this stream: colours where a person looks, and has not set NO_COLOR. The library's own guess
 * also colours what CI writes into a file.
 */
export function coloursOn(stream: { isTTY?: boolean }): Colours {
  const { NO_COLOR, TERM } = process.env;
  return createColors(stream.isTTY === true && !NO_COLOR && TERM !== "dumb");
}
