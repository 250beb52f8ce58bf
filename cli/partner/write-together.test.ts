import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeTogether } from "./write-together";

const text = (value: string) => Buffer.from(value);

describe("files written together", () => {
  let folder: string;
  const tree = () => Object.fromEntries(paths().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  const paths = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-write-"));
    mkdirSync(join(folder, "acme/keys"), { recursive: true });
    writeFileSync(join(folder, "acme/partner.yaml"), "old");
    writeFileSync(join(folder, "acme/keys/edi.pub"), "key");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are created, replaced and deleted, and no empty folder stays", () => {
    writeTogether(
      folder,
      new Map([
        ["acme/partner.yaml", text("new")],
        ["acme/keys/edi.pub", null],
        ["lab/subscriptions/x.yaml", text("x")],
        ["acme/never-there", null],
      ]),
    );
    expect(tree()).to.deep.equal({ "acme/partner.yaml": "new", "lab/subscriptions/x.yaml": "x" });
    expect(readdirSync(join(folder, "acme"))).to.deep.equal(["partner.yaml"]);
    expect(readdirSync(folder).sort()).to.deep.equal(["acme", "lab"]);
  });

  it("are all as before where one cannot be written", () => {
    const before = tree();
    const changes = new Map([
      ["acme/partner.yaml", text("new")],
      ["acme/keys/edi.pub", null],
      ["lab/partner.yaml", text("x")],
      // A file stands where this needs a folder.
      ["acme/partner.yaml/inside", text("y")],
    ]);
    expect(() => writeTogether(folder, changes)).to.throw(/EEXIST|ENOTDIR/);
    expect(tree()).to.deep.equal(before);
    expect(readdirSync(folder)).to.deep.equal(["acme"]);
  });
});
