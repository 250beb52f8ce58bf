import { join } from "node:path";
import { expect } from "chai";
import { isCollection, isMap, isPair, isScalar, parseDocument, visit } from "yaml";
import { formatProblem } from "../problem";
import { brokenFolders } from "./broken-folders";
import { pathsOf } from "./broken-folders/paths-of";
import { folderWith } from "./broken-folders/sound-folder";
import { checks } from "./checks";
import { loadPartners } from "./load-partners";
import { type FileMap, readPartnerFolder, SymbolicLink } from "./read-partner-folder";

const lines = (files: FileMap) => loadPartners(files).problems.map(formatProblem);

describe("loadPartners", () => {
  let ours: FileMap;
  before(async () => {
    ours = await readPartnerFolder(join(__dirname, "../../partners"));
  });

  it("finds nothing wrong with this repository's partners", () => {
    expect(lines(ours)).to.deep.equal([]);
    const { partners, fileGroups } = loadPartners(ours);
    expect(partners.map(({ id }) => id)).to.include.members(["acme-health", "northwind-clinic"]);
    expect(partners.map(({ id }) => id)).to.deep.equal(partners.map(({ id }) => id).sort());
    expect(fileGroups.names).to.include("claims");
  });

  it("reads a partner with all its files", () => {
    const { partners, fileGroups, problems } = loadPartners(folderWith([]));
    expect(problems).to.deep.equal([]);
    expect(fileGroups.names).to.deep.equal(["claims", "remittances"]);
    expect(partners.map(({ id }) => id)).to.deep.equal(["acme", "clinic"]);
    const [acme] = partners;
    expect(acme?.keys.map(({ file, key }) => [file, key.type])).to.deep.equal([["acme/keys/edi.pub", "ssh-ed25519"]]);
    expect(acme?.subscriptions.map(({ name }) => name)).to.deep.equal(["claims"]);
    expect([...(acme?.transforms ?? [])]).to.deep.equal([["transforms/claims.sql", "SELECT * FROM input\n"]]);
    expect(acme?.samples.contracts.map(({ file, expected }) => [file, expected?.file])).to.deep.equal([
      ["acme/samples/claims.json", "acme/samples/claims.expected.csv"],
    ]);
    expect(acme?.samples.uploads.map(({ virtualPath, name }) => [virtualPath, name])).to.deep.equal([
      ["/remittances", "remit.csv"],
    ]);
  });

  it("follows no symbolic link, and reports what else is wrong beside it", () => {
    const files = new Map(folderWith([{ write: "todo.md", as: "" }]));
    files.set("acme/keys/edi.pub", new SymbolicLink(Buffer.from("../../clinic/keys/edi.pub")));
    expect(lines(files)).to.deep.equal([
      "acme/keys/edi.pub:1:1: this is a symbolic link; put the file itself there",
      "todo.md:1:1: this file has no meaning here; delete it; here are partners' folders, file-groups.yaml and README.md, and nothing else",
    ]);
  });

  it("does not mind in which order the files come", () => {
    const turned = new Map([...ours].reverse());
    expect(lines(turned)).to.deep.equal([]);
    const summary = ({ partners }: ReturnType<typeof loadPartners>) =>
      partners.map(({ id, keys, subscriptions }) => [
        id,
        keys.map(({ file }) => file),
        subscriptions.map(({ name }) => name),
      ]);
    expect(summary(loadPartners(turned)).toString()).to.equal(summary(loadPartners(ours)).toString());
  });

  describe("prints every mistake, and nothing else, of", () => {
    for (const { title, edits, problems } of brokenFolders) {
      it(title, () => expect(lines(folderWith(edits))).to.deep.equal(problems));
    }
  });

  describe("has a rule", () => {
    for (const [name, check] of Object.entries(checks)) {
      it(`"${name}", and a folder that breaks it`, () => {
        const breaking = brokenFolders.filter((folder) => folder.check === name);
        expect(breaking).to.not.have.length(0);
        for (const { edits, problems } of breaking) {
          const found: string[] = [];
          const loaded = loadPartners(folderWith(edits));
          check({ ...loaded, broken: new Set() }, (problem) => void found.push(formatProblem(problem)));
          expect(found).to.not.have.length(0);
          expect(problems).to.include.members(found);
        }
      });
    }

    it("for each that a broken folder names", () =>
      expect(Object.keys(checks)).to.include.members(brokenFolders.flatMap(({ check }) => check ?? [])));
  });

  describe("takes one slip for one mistake, wherever it is:", () => {
    const sound = folderWith([]);
    const yamlFiles = [...sound.keys()].filter((path) => path.endsWith(".yaml"));
    const textOf = (path: string) => Buffer.from(sound.get(path) ?? []).toString();
    const linesWith = (path: string, text: string) => lines(new Map(sound).set(path, Buffer.from(text)));

    for (const path of yamlFiles) {
      const text = textOf(path);
      const document = parseDocument(text);
      const place = (offset: number) => {
        const before = text.slice(0, offset).split("\n");
        return `${path}:${before.length}:${(before.at(-1) ?? "").length + 1}`;
      };

      it(`a letter too many in any key of ${path}`, () => {
        let count = 0;
        visit(document, {
          Pair: (_key, { key }, ancestors) => {
            if (!isScalar(key) || !key.range) return;
            // These keys are names that people choose, so another is as good.
            const parent = ancestors.findLast(isPair);
            if (isScalar(parent?.key) && ["destinations", "fileGroups"].includes(String(parent.key.value))) return;
            const [start, end] = key.range;
            const expected = `${place(start)}: unknown key "${key.value}x"; did you mean "${key.value}"?`;
            expect(linesWith(path, `${text.slice(0, end)}x${text.slice(end)}`)).to.deep.equal([expected]);
            count++;
          },
        });
        expect(count).to.be.above(0);
      });

      it(`a letter too many in any value of ${path}`, () => {
        let count = 0;
        visit(document, {
          Scalar: (step, { range, value, type }) => {
            if (step === "key" || !range) return;
            const end = type?.startsWith("QUOTE") ? range[1] - 1 : range[1];
            const found = linesWith(path, `${text.slice(0, end)}x${text.slice(end)}`);
            expect(found, `${value}x: ${found.join("\n")}`).to.have.length.at.most(1);
            count++;
          },
        });
        expect(count).to.be.above(0);
      });

      it(`a number or a list in place of any value of ${path}`, () => {
        for (const at of pathsOf(document.toJS())) {
          for (const value of [5, ["a"]]) {
            const changed = document.clone();
            changed.setIn(at, changed.createNode(value));
            const found = linesWith(path, String(changed));
            expect(found, `${at.join(".")}: ${value}\n${found.join("\n")}`).to.have.length.at.most(1);
          }
        }
      });

      it(`any required key left out of ${path}`, () => {
        let count = 0;
        for (const at of pathsOf(document.toJS())) {
          const changed = document.clone();
          changed.deleteIn(at);
          const parent = changed.getIn(at.slice(0, -1));
          if (isCollection(parent) && !isMap(parent)) continue;
          const isMissing = linesWith(path, String(changed)).filter((line) => line.includes(" is missing; "));
          if (isMissing.length === 0) continue;
          expect(linesWith(path, String(changed)), at.join("."))
            .to.deep.equal(isMissing)
            .and.to.have.length(1);
          count++;
        }
        expect(count).to.be.above(0);
      });
    }
  });
});
