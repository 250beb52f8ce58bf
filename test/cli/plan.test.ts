import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/command";
import { planChanges } from "../../cli/plan-changes";
import { type Edit, folderWith } from "../../domain/partner-files/broken-folders/sound-folder";
import { withPrograms } from "../programs";
import { runIn } from "./run-in";
import { runScript } from "./run-script";

withPrograms("git").describe("npm run plan", () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@quayside.example", ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
  const write = (...edits: Edit[]) => {
    rmSync(join(folder, "partners"), { recursive: true, force: true });
    for (const [path, content] of folderWith(edits)) {
      mkdirSync(dirname(join(folder, "partners", path)), { recursive: true });
      writeFileSync(join(folder, "partners", path), content);
    }
  };
  const commit = (tag: string) => {
    git("add", "--all");
    git("commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", tag);
    git("tag", tag);
  };
  const plan = (...args: string[]) => runIn(folder, (terminal) => runCommand(planChanges, args, terminal));
  const openToAll: Edit = { in: "acme/partner.yaml", replace: "  sourceAddresses:\n    - 203.0.113.0/24\n", by: "" };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-plan-"));
    git("init", "--quiet", "--initial-branch", "main");
    writeFileSync(join(folder, "README.md"), "no partners yet\n");
    commit("empty");
    write();
    commit("first");
    write(openToAll);
    commit("second");
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => write(openToAll));

  it("compares two revisions, or one with the working tree", async () => {
    const expected = {
      code: 0,
      stdout: `acme
  ! acme can log in from anywhere, and no longer from 203.0.113.0/24 only — the list of addresses is removed

1 change, 1 dangerous; 2 partners, 2 logins
`,
      stderr: "",
    };
    expect(await plan("--base", "first", "--head", "second")).to.deep.equal(expected);
    expect(await plan("--base", "first")).to.deep.equal(expected);
    expect((await plan("--base", "second")).stdout).to.equal("no changes; 2 partners, 2 logins\n");
  });

  describe("without --base", () => {
    const id = (revision: string) => git("rev-parse", revision).toString().slice(0, 7);
    afterEach(() => {
      git("checkout", "--quiet", "--force", "-B", "main", "second");
      rmSync(join(folder, ".git/refs/remotes"), { recursive: true, force: true });
    });

    it("compares with main, and with where the head left it", async () => {
      write();
      const { code, stdout } = await plan();
      expect(code).to.equal(0);
      expect(stdout).to.contain("acme can log in from 203.0.113.0/24 only, and no longer from anywhere");
      expect(stdout.split("\n").at(-2)).to.equal(`compared with ${id("second")}, where HEAD left main`);
      write(openToAll);
      git("checkout", "--quiet", "--force", "-b", "feature", "first");
      write(openToAll);
      const behind = await plan();
      expect(behind.stdout).to.contain("acme can log in from anywhere, and no longer from 203.0.113.0/24 only");
      expect(behind.stdout)
        .to.match(/\ncompared with \w{7}, where HEAD left main\n$/)
        .and.to.contain(id("first"));
      expect((await plan("--head", "second")).stdout).to.contain(`${id("second")}, where second left main\n`);
      expect((await plan("--format", "markdown")).stdout).not.to.contain("compared with");
    });

    it("prefers what the remote calls its own", async () => {
      git("update-ref", "refs/remotes/origin/main", "first");
      expect((await plan()).stdout).to.contain(`compared with ${id("first")}, where HEAD left origin/main\n`);
      git("update-ref", "refs/remotes/origin/trunk", "empty");
      git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
      expect((await plan()).stdout)
        .to.contain(`compared with ${id("empty")}, where HEAD left origin/trunk\n`)
        .and.to.contain("note: there are no partners at ");
    });

    it("says so where there is nothing to compare with", async () => {
      git("checkout", "--quiet", "--orphan", "unrelated");
      git("commit", "--quiet", "--allow-empty", "--no-verify", "--no-gpg-sign", "--message", "another beginning");
      expect((await plan()).stderr).to.match(/^HEAD and main have no commit in common .*name one with --base\n$/);
      git("branch", "--quiet", "-D", "main");
      expect(await plan()).to.deep.equal({
        code: 2,
        stdout: "",
        stderr: "there is no origin/HEAD, origin/main, main to compare with; name a revision with --base\n",
      });
    });
  });

  it("compares with a time before there were partners", async () => {
    const { code, stdout } = await runScript("cli/plan.ts", ["--base", "empty"], folder);
    expect(code).to.equal(0);
    expect(stdout).to.contain("acme (Acme Health Plan) is a new partner");
    expect(stdout).to.contain("note: there are no partners at empty\n");
  });

  it("writes Markdown and JSON from the same plan", async () => {
    const markdown = await plan("--base", "first", "--format", "markdown");
    const json = await plan("--base", "first", "--format", "json");
    expect(markdown.stdout).to.contain("### Partners: 1 change, 1 dangerous");
    expect(JSON.parse(json.stdout)).to.deep.equal({
      before: { partners: 2, logins: 2 },
      after: { partners: 2, logins: 2 },
      removed: { partners: [], logins: [] },
      changes: [
        {
          kind: "addresses-widened",
          partner: "acme",
          risk: "danger",
          because: "the list of addresses is removed",
          sentence: "acme can log in from anywhere, and no longer from 203.0.113.0/24 only",
        },
      ],
      flows: [],
      notes: [],
      refusal: null,
    });
  });

  it("refuses to remove too much, until it is told to", async () => {
    rmSync(join(folder, "partners"), { recursive: true });
    mkdirSync(join(folder, "partners"));
    writeFileSync(join(folder, "partners/file-groups.yaml"), "fileGroups: {}\n");
    const { code, stdout } = await plan("--base", "second");
    expect(code).to.equal(1);
    expect(stdout).to.contain(
      "refused: this removes 2 of 2 partners (100 %: acme, clinic) and 2 of 2 logins (100 %: acme-edi, clinic), and more than 10 % needs --allow-removals\n",
    );
    expect((await plan("--base", "second", "--allow-removals")).code).to.equal(0);
    expect((await plan("--base", "second", "--removal-share", "100")).code).to.equal(0);
  });

  it("plans nothing from files with problems, and says which", async () => {
    write({ in: "acme/partner.yaml", replace: "access: upload", by: "acess: upload" });
    expect(await plan("--base", "first")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: `partners/acme/partner.yaml:11:5: unknown key "acess"; did you mean "access"?\n1 problem in 1 file\n`,
    });
  });

  it("says so where the files to compare with had problems", async () => {
    write({ in: "acme/partner.yaml", replace: "access: upload", by: "acess: upload" });
    git("stash", "--quiet");
    git("stash", "apply", "--quiet");
    const stashed = git("rev-parse", "stash@{0}").toString().trim();
    write(openToAll);
    const { code, stdout } = await plan("--base", stashed);
    expect(code).to.equal(0);
    expect(stdout).to.contain("do not pass today's checks (acme/partner.yaml), so some changes may be missing");
    git("stash", "drop", "--quiet");
  });

  for (const [args, expected] of [
    [["--base", "nope"], 'Git knows no revision "nope"; fetch it first (git fetch origin), or name another'],
    [["--base", "first", "--removal-share", "x"], '--removal-share is a number from 0 to 100, not "x"; see --help'],
    [["--base", "first", "--format", "html"], '--format is one of text, markdown, json, not "html"; see --help'],
  ] as const) {
    it(`exits with 2 and one line at "${args.join(" ")}"`, async () => {
      expect(await plan(...args)).to.deep.equal({ code: 2, stdout: "", stderr: `${expected}\n` });
    });
  }
});
