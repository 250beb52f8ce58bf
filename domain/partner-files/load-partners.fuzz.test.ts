import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type Document, parseDocument, visit } from "yaml";
import { formatProblem, type Problem } from "../problem";
import { pathsOf } from "./broken-folders/paths-of";
import { loadPartners } from "./load-partners";
import { type FileMap, readPartnerFolder } from "./read-partner-folder";

/** How one file is damaged, given its content. */
type Damage = (content: Uint8Array) => Uint8Array;

describe("loadPartners, on damaged copies of this repository's partners", () => {
  let ours: FileMap;
  before(async () => {
    ours = await readPartnerFolder(join(__dirname, "../../partners"));
  });

  /** Damages up to three files, and expects problems in their places instead of an exception. */
  function survives(damage: fc.Arbitrary<Damage>, ending: RegExp): void {
    const paths = [...ours.keys()].filter((path) => ending.test(path));
    const damages = fc.array(fc.tuple(fc.constantFrom(...paths), damage), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damages, (applied) => {
        const files = new Map(ours);
        for (const [path, change] of applied) files.set(path, change(files.get(path) ?? new Uint8Array()));
        for (const problem of loadPartners(files).problems) expectInside(problem, files);
      }),
      { numRuns: 50 },
    );
  }

  it("survives bytes that are deleted, inserted and replaced", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc
        .constantFrom(
          ...["\n", "\t", "  ", ": ", "- ", "[", "{", '"', "'", "#", "&a ", "*a", "!!", "|\n", "%", "\0", "é"],
        )
        .map((text) => Buffer.from(text)),
    );
    const splice = fc.tuple(fc.nat(), fc.nat({ max: 6 }), bytes).map(
      ([at, length, inserted]): Damage =>
        (content) => {
          const start = content.length === 0 ? 0 : at % content.length;
          return Buffer.concat([content.subarray(0, start), inserted, content.subarray(start + length)]);
        },
    );
    survives(splice, /\.(yaml|pub|sql|csv)$/);
  });

  it("survives values that are swapped for others", () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        -1,
        0,
        1.5,
        1e20,
        "",
        " ",
        [],
        {},
        [[]],
        { __proto__: null },
        "{csv}",
        "../..",
        "root",
      ),
      fc.string({ unit: "binary" }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const swap = fc.tuple(fc.nat(), value).map(([at, replacement]) =>
      rewrite((document) => {
        const paths = pathsOf(document.toJS());
        document.setIn(paths[at % paths.length] ?? [], document.createNode(replacement));
      }),
    );
    survives(swap, /\.yaml$/);
  });

  it("survives keys that are renamed", () => {
    const name = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "", "null", "a\nb", "name", "login", "push", "place", "fileGroup"),
      fc.string(),
    );
    const rename = fc.tuple(fc.nat(), name).map(([at, key]) =>
      rewrite((document) => {
        const pairs: { key: unknown }[] = [];
        visit(document, { Pair: (_step, pair) => void pairs.push(pair) });
        const pair = pairs[at % pairs.length];
        if (pair) pair.key = document.createNode(key);
      }),
    );
    survives(rename, /\.yaml$/);
  });

  it("survives files under any other path", () => {
    const path = fc.array(
      fc.oneof(
        fc.constantFrom(
          "acme-health",
          "partner.yaml",
          "subscriptions",
          "keys",
          "samples",
          "uploads",
          "transforms",
          "a.expected.csv",
          "__proto__",
        ),
        fc.string({ minLength: 1 }),
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(path, fc.uint8Array(), (segments, content) => {
        const files = new Map(ours).set(segments.join("/"), content);
        for (const problem of loadPartners(files).problems) expectInside(problem, files);
      }),
    );
  });
});

/** Damage to the values of a YAML file; one that has two keys alike already stays as it is. */
const rewrite =
  (change: (document: Document) => void): Damage =>
  (content) => {
    const document = parseDocument(Buffer.from(content).toString());
    if (document.errors.length > 0) return content;
    change(document);
    return Buffer.from(String(document));
  };

/** A problem stands inside its file, or at the beginning of one that should be there; and it is one printable line. */
function expectInside(problem: Problem, files: FileMap): void {
  const { file, line, column } = problem;
  const lines = Buffer.from(files.get(file) ?? [])
    .toString("utf8")
    .split("\n");
  expect(line, formatProblem(problem)).to.be.within(1, lines.length);
  expect(column, formatProblem(problem)).to.be.within(1, (lines[line - 1] ?? "").length + 1);
  expect(formatProblem(problem)).to.match(/^[^\p{Cc}]+; [^\p{Cc}]+$/u);
}
