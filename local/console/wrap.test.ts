import { expect } from "chai";
import { wrap } from "./wrap";

describe("wrap", () => {
  const cases: [string, number | undefined, number, string][] = [
    ["  one two three", 12, 4, "  one two\n    three"],
    ["  one two three", undefined, 4, "  one two three"],
    ["  a-word-of-20-letters two", 12, 4, "  a-word-of-20-letters\n    two"],
    ["    what      text that goes on", 20, 14, "    what      text\n          that goes\n          on"],
    ["\u001b[31mred two\u001b[39m", 7, 2, "\u001b[31mred two\u001b[39m"],
  ];
  for (const [text, columns, indent, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)} in ${columns} columns`, () => {
      expect(wrap(text, columns, indent)).to.equal(expected);
    });
  }
});
