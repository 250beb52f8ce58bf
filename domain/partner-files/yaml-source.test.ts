import { expect } from "chai";
import { formatProblem } from "../problem";
import { parseYaml, type YamlPath, type YamlSource } from "./yaml-source";

function parsed(text: string): YamlSource {
  const source = parseYaml("a.yaml", Buffer.from(text));
  if (Array.isArray(source)) throw new Error(source.map(formatProblem).join("\n"));
  return source;
}

function problems(content: string | Uint8Array): string[] {
  const source = parseYaml("a.yaml", Buffer.from(content));
  return Array.isArray(source) ? source.map(formatProblem) : [];
}

describe("parseYaml", () => {
  describe("gives values of YAML 1.2", () => {
    const cases: [text: string, value: unknown][] = [
      ["a: 1\nb: [x, 'y']\n", { a: 1, b: ["x", "y"] }],
      ["\ufeffa: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
      ["a: yes\nb: 2026-01-01\nc: 0x1f\nd: null\n", { a: "yes", b: "2026-01-01", c: 31, d: null }],
      ["1: a\ntrue: b\n", { 1: "a", true: "b" }],
      ["a: |\n  x\n  y\n", { a: "x\ny\n" }],
      ["<<: { a: 1 }\n", { "<<": { a: 1 } }],
      ["", undefined],
      ["# nothing\n", undefined],
      ["text\n", "text"],
    ];
    for (const [text, value] of cases) {
      it(JSON.stringify(text), () => expect(parsed(text).value).to.deep.equal(value));
    }
  });

  describe("says where", () => {
    const text = `name: Acme
folders:
  - virtualPath: /claims
    access: upload
  - { virtualPath: /out, "access": download }
login:
destinations:
  intake:
`;
    const cases: [path: YamlPath, part: "key" | "value", place: string][] = [
      [[], "value", "1:1"],
      [["name"], "value", "1:7"],
      [["name"], "key", "1:1"],
      [["folders"], "value", "3:3"],
      [["folders", 0], "value", "3:5"],
      [["folders", 0, "access"], "value", "4:13"],
      [["folders", 0, "access"], "key", "4:5"],
      [["folders", 1, "access"], "value", "5:36"],
      [["folders", 1, "access"], "key", "5:26"],
      [["login"], "key", "6:1"],
      [["destinations", "intake"], "key", "8:3"],
      // The nearest parent of what is not there.
      [["folders", 0, "fileGroup"], "value", "3:5"],
      [["folders", 7, "access"], "value", "3:3"],
      [["name", "first"], "value", "1:7"],
      [["contacts"], "value", "1:1"],
    ];
    for (const [path, part, place] of cases) {
      it(`the ${part} of ${path.join(".") || "the file"} stands`, () => {
        const { file, line, column } = parsed(text).locate(path, part);
        expect([file, `${line}:${column}`]).to.deep.equal(["a.yaml", place]);
      });
    }

    it("the values of an empty file would stand", () =>
      expect(parsed("").locate(["name"])).to.deep.equal({ file: "a.yaml", line: 1, column: 1 }));

    it("a value stands after a byte order mark, and in a file of Windows", () => {
      expect(parsed("\ufeffa: 1\r\nb: 2\r\n").locate(["a"])).to.include({ line: 1, column: 4 });
      expect(parsed("\ufeffa: 1\r\nb: 2\r\n").locate(["b"])).to.include({ line: 2, column: 4 });
    });
  });

  describe("refuses", () => {
    const plain = "correct the line, or the one above it";
    const cases: [name: string, content: string | Uint8Array, problems: string[]][] = [
      [
        "a list in a list that is not closed",
        "a: [b, [c]\nd: e\n",
        ["1:4: this [ is never closed; close it on the same line"],
      ],
      [
        "a mapping that is not closed",
        "a: {b: [c]\nd: e\n",
        ["1:4: this { is never closed; close it on the same line"],
      ],
      ["text that is not closed", 'a: "b\nc: d\n', ['1:4: this " is never closed; close it on the same line']],
      ["an apostrophe inside quotes", "a: 'it's'\n", [`1:8: not valid YAML: Unexpected scalar at node end; ${plain}`]],
      [
        "one bracket too many",
        "a: [b]]\n",
        [`1:7: not valid YAML: Unexpected flow-seq-end token in YAML stream: "]"; ${plain}`],
      ],
      ["an escape that does not exist", 'a: "\\q"\n', [`1:5: not valid YAML: Invalid escape sequence \\q; ${plain}`]],
      [
        "a reserved character",
        "a: @b\n",
        [`1:4: not valid YAML: Plain value cannot start with reserved character @; ${plain}`],
      ],
      ["a key that is a list", "? [a, b]\n: c\n", ["1:3: this key is not text; write a plain name"]],
      ["a key of JavaScript's own", "a:\n  __proto__: b\n", ['2:3: "__proto__" cannot be a key; choose another name']],
      [
        "a key that is there three times",
        "a: 1\n'a': 2\n\"a\": 3\n",
        ['2:1: "a" is here twice; keep one of them', '3:1: "a" is here twice; keep one of them'],
      ],
      [
        "an alias of nothing",
        "a: *b\n",
        ['1:4: "*b" refers to another value; write the value out; partner files have no anchors'],
      ],
      [
        "a tag that nobody knows",
        "a: !secret b\n",
        ["1:12: a tag before a value changes its type; remove the tag, and put the value in quotes if it is text"],
      ],
      ["an unknown directive", "%FOO\n---\na: 1\n", ["1:1: a directive changes how the file is read; remove the line"]],
      [
        "a second document after the end of one",
        "a: 1\n...\nb: 2\n",
        ["3:1: a second document begins here; keep one in each file"],
      ],
      ["half of a character", 'a: "\\ud83d"\n', ["1:4: this text holds a control character; write it without"]],
      ["UTF-16", Buffer.from("\ufeffa: 1\n", "utf16le"), ["1:1: the file is not UTF-8 text; save it as UTF-8"]],
    ];
    for (const [name, content, expected] of cases) {
      it(name, () => expect(problems(content)).to.deep.equal(expected.map((line) => `a.yaml:${line}`)));
    }

    it("values that are nested without end", () => {
      const tooDeep = "the values are nested too deeply; no partner file needs more than six levels";
      expect(problems("[".repeat(200) + "]".repeat(200))).to.deep.equal([`a.yaml:1:61: ${tooDeep}`]);
      expect(problems("- ".repeat(20_000)).map((line) => line.replace(/:1:\d+:/, ":"))).to.deep.equal([
        `a.yaml: ${tooDeep}`,
      ]);
    });

    it("what is larger than 256 KiB, and not what is just as large", () => {
      const text = `a: 1\n#${"x".repeat(256 * 1024 - 6)}`;
      expect(problems(text)).to.deep.equal([]);
      expect(problems(`${text}x`)).to.deep.equal([
        "a.yaml:1:1: the file has 262145 bytes; a partner file has at most 262144",
      ]);
    });
  });
});
