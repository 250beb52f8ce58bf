import { createColors } from "picocolors";

const { NO_COLOR, TERM } = process.env;

/** Colours on a terminal, and nowhere else: the library's own guess also colours what CI writes into a file. */
export const colours = createColors(process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb");
