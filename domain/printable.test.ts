import { expect } from "chai";
import { printable } from "./printable";

describe("printable", () => {
  for (const [what, text, expected] of [
    ["letters, emoji and spaces as they are", "Añasco 😀\u00a0.csv", "Añasco 😀\u00a0.csv"],
    ["control characters", "a\n\u001b[31m\u009b", "a\\u000a\\u001b[31m\\u009b"],
    ["what turns the direction or is not seen", "\u202efdp.exe\u200b\u{e0001}", "\\u202efdp.exe\\u200b\\u{e0001}"],
    ["separators of lines", "\u2028\u2029", "\\u2028\\u2029"],
    ["half a character", "\ud800a", "\\ud800a"],
  ] as const) {
    it(`writes ${what}`, () => expect(printable(text)).to.equal(expected));
  }
});
