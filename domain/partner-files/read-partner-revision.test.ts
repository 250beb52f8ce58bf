import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { withPrograms } from "../../test/programs";
import { readPartnerFolder, SymbolicLink } from "./read-partner-folder";
import { readPartnerRevision } from "./read-partner-revision";

withPrograms("git").describe("readPartnerRevision", () => {
  let repository: string;
  let partners: string;
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@quayside.example", ...args], {
      cwd: repository,
      stdio: ["ignore", "pipe", "ignore"],
    }).toString();
  const commit = () => {
    git("add", "--all");
    git("commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", "a change");
    return git("rev-parse", "HEAD").trim();
  };
  const failure = (revision: string) => readPartnerRevision(partners, revision).catch((error: Error) => error.message);

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), "quayside-revision-"));
    partners = join(repository, "files", "partners");
    git("init", "--quiet");
    mkdirSync(join(partners, "acme/samples"), { recursive: true });
    writeFileSync(join(partners, "file-groups.yaml"), "fileGroups: {}\n");
    writeFileSync(join(partners, "acme/partner.yaml"), "name: Acme\n");
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  it("reads what the folder held, byte for byte, whatever its files are called", async () => {
    writeFileSync(join(partners, "acme/samples/übung 1\n2.bin"), Buffer.from([0, 10, 255, 10]));
    writeFileSync(join(partners, "acme/samples/empty"), "");
    writeFileSync(join(partners, "acme/.hidden"), "of no meaning, but committed");
    writeFileSync(join(partners, "acme/partner.yaml~"), "not ours");
    writeFileSync(join(repository, "another-file"), "not a partner's");
    const revision = commit();
    const expected = await readPartnerFolder(partners);
    writeFileSync(join(partners, "acme/partner.yaml"), "name: Changed since\n");
    const files = await readPartnerRevision(partners, revision);
    expect([...files.keys()].sort()).to.deep.equal([...expected.keys()].sort());
    for (const [path, content] of files)
      expect(Buffer.from(content).equals(expected.get(path) ?? Buffer.from("?")), path).to.equal(true);
    expect(files.size).to.equal(5);
  });

  it("takes branches, tags and HEAD~1, and gives no files where there was no folder", async () => {
    rmSync(partners, { recursive: true });
    writeFileSync(join(repository, "another-file"), "");
    commit();
    mkdirSync(partners, { recursive: true });
    writeFileSync(join(partners, "file-groups.yaml"), "fileGroups: {}\n");
    commit();
    git("branch", "feature");
    expect((await readPartnerRevision(partners, "HEAD~1")).size).to.equal(0);
    expect((await readPartnerRevision(partners, "feature")).size).to.equal(1);
  });

  it("says in one line what is wrong", async () => {
    expect(await failure("HEAD")).to.equal(
      'Git knows no revision "HEAD"; fetch it first (git fetch origin), or name another',
    );
    commit();
    expect(await failure("no-branch")).to.contain('no revision "no-branch"');
    expect(await failure("--all")).to.contain('no revision "--all"');
    symlinkSync("partner.yaml", join(partners, "acme/link.yaml"));
    commit();
    expect((await readPartnerRevision(partners, "HEAD")).get("acme/link.yaml")).to.be.instanceOf(SymbolicLink);
    expect(await readPartnerRevision(join(tmpdir(), "no-repository-here/partners"), "HEAD").catch(String)).to.contain(
      "git cannot be run in",
    );
  });
});
