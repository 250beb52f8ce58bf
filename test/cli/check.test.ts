import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { checkPartnerFiles } from "../../cli/check-partner-files";
import { runCommand } from "../../cli/command";
import { folderWith } from "../../domain/partner-files/broken-folders/sound-folder";
import { runIn } from "./run-in";
import { runScript } from "./run-script";

describe("npm run check", () => {
  let folder: string;
  let partners: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-check-"));
    partners = join(folder, "partners");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...edits: Parameters<typeof folderWith>[0]) => {
    for (const [path, content] of folderWith(edits)) {
      mkdirSync(dirname(join(partners, path)), { recursive: true });
      writeFileSync(join(partners, path), content);
    }
  };
  const twoMistakes = () =>
    write(
      { in: "acme/partner.yaml", replace: "access: upload", by: "acess: upload" },
      { in: "clinic/subscriptions/remittances.yaml", replace: "remittances\n", by: '"100%,\\n"\n' },
    );
  const check = (...args: string[]) =>
    runIn(folder, (terminal) => runCommand(checkPartnerFiles, ["--partners", "partners", ...args], terminal));

  it("finds nothing wrong with this repository's partners", async () => {
    expect(await runScript("cli/check.ts", [])).to.deep.equal({
      code: 0,
      stdout: "6 partners, nothing is wrong\n",
      stderr: "",
    });
  });

  it("prints one line for each problem, without colours where nobody looks, and exits with 1", async () => {
    twoMistakes();
    expect(await check()).to.deep.equal({
      code: 1,
      stdout: `partners/acme/partner.yaml:11:5: unknown key "acess"; did you mean "access"?
partners/clinic/subscriptions/remittances.yaml:1:12: unknown file group "100%,\\u000a"; use one of "claims", "remittances"
2 problems in 2 files
`,
      stderr: "",
    });
  });

  it("runs samples where all else is right", async () => {
    const sql = { write: "acme/transforms/claims.sql", as: "SELECT claims FROM input" };
    write(sql);
    expect((await check()).stdout).to.match(
      /^partners\/acme\/transforms\/claims\.sql:1:8: Referenced column "claims" not found .*\n1 problem in 1 file\n$/,
    );
    write(sql, { in: "acme/partner.yaml", replace: "access: upload", by: "acess: upload" });
    expect((await check()).stdout).to.match(
      /^partners\/acme\/partner\.yaml:11:5: unknown key .*\n1 problem in 1 file\n$/,
    );
  });

  it("writes annotations as GitHub reads them", async () => {
    twoMistakes();
    const { code, stdout } = await check("--format", "github");
    expect(code).to.equal(1);
    expect(stdout.split("\n")).to.deep.equal([
      '::error file=partners/acme/partner.yaml,line=11,col=5,title=Partner files::unknown key "acess"; did you mean "access"?',
      '::error file=partners/clinic/subscriptions/remittances.yaml,line=1,col=12,title=Partner files::unknown file group "100%25,%0A"; use one of "claims", "remittances"',
      "2 problems in 2 files",
      "",
    ]);
  });

  it("writes JSON of a fixed shape", async () => {
    twoMistakes();
    const { stdout } = await check("--format=json");
    expect(JSON.parse(stdout)).to.deep.equal({
      partners: 1,
      problems: [
        {
          file: "partners/acme/partner.yaml",
          line: 11,
          column: 5,
          message: 'unknown key "acess"',
          fix: 'did you mean "access"?',
        },
        {
          file: "partners/clinic/subscriptions/remittances.yaml",
          line: 1,
          column: 12,
          message: 'unknown file group "100%,\n"',
          fix: 'use one of "claims", "remittances"',
        },
      ],
    });
  });

  for (const [args, expected] of [
    [["--nope"], "Unknown option '--nope'; see --help\n"],
    [["argument"], "Unexpected argument 'argument'; see --help\n"],
    [["--format", "xml"], '--format is one of text, github, json, not "xml"; see --help\n'],
    [["--partners", "nowhere"], "there is no folder nowhere\n"],
  ] as const) {
    it(`exits with 2 and one line at ${args.join(" ")}`, async () => {
      expect(await check(...args)).to.deep.equal({ code: 2, stdout: "", stderr: expected });
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await check("--help");
    expect(code).to.equal(0);
    expect(stdout).to.contain("npm run check").and.to.contain("--format");
  });
});
