import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { folderWith, otherFingerprint, otherKey } from "../../domain/partner-files/broken-folders/sound-folder";
import { PartnerFolder } from "./partner-folder";
import { nodeArguments } from "./run-script";

describe("npm run partner", () => {
  let files: PartnerFolder;
  let folder: string;
  beforeEach(() => {
    files = new PartnerFolder();
    folder = files.path;
  });
  afterEach(() => files.remove());

  const read = (path: string) => files.read(path);
  const partner = (...args: string[]) => files.partner(...args);
  const check = () => files.check();
  const tree = () => files.tree();

  describe("rename", () => {
    it("moves the folder, declares the former id and updates who names it", async () => {
      const { code, stdout } = await partner("rename", "clinic", "northwind");
      expect(code).to.equal(0);
      expect(stdout).to.include("moved partners/clinic/partner.yaml to partners/northwind/partner.yaml\n");
      expect(stdout).to.include("changed partners/acme/subscriptions/claims.yaml\n");
      expect(existsSync(join(folder, "partners/clinic"))).to.equal(false);
      expect(read("partners/northwind/partner.yaml")).to.match(/^name: Northwind Clinic\npreviously: clinic\n/);
      expect(read("partners/acme/subscriptions/claims.yaml")).to.include("publisher: northwind\n");
      expect((await check()).code).to.equal(0);
    });

    it("refuses an id that is taken or no id, and an unknown partner", async () => {
      const before = tree();
      const errors: [string[], string][] = [
        [["clinic", "acme"], 'NEW-ID: there is a partner "acme" already\n'],
        [
          ["clinic", "No"],
          'NEW-ID: it cannot be "No"; use 3 to 32 lower-case letters, digits and hyphens, with a letter first\n',
        ],
        [["clinik", "x-ray"], 'ID: there is no partner "clinik"; did you mean "clinic"?\n'],
        [["clinic"], "NEW-ID is missing: its new id; see --help\n"],
      ];
      for (const [args, stderr] of errors) {
        expect(await partner("rename", ...args)).to.deep.equal({ code: 2, stdout: "", stderr });
      }
      expect(tree()).to.deep.equal(before);
    });
  });

  describe("remove", () => {
    it("shows who is affected, and refuses while somebody names it", async () => {
      const before = tree();
      const { code, stdout, stderr } = await partner("remove", "clinic", "--yes");
      expect(code).to.equal(1);
      expect(stdout).to.include("no longer sends /claims: acme (*.json");
      expect(stdout).to.include("named as the publisher in partners/acme/subscriptions/claims.yaml\n");
      expect(stderr).to.match(/^Refused: these subscriptions would never get a file again\./);
      expect(tree()).to.deep.equal(before);
    });

    it("takes the references along where it is told to, but asks first", async () => {
      const before = tree();
      const unsure = await partner("remove", "clinic", "--force-references");
      expect(unsure).to.include({ code: 2, stderr: "--yes is missing: say that clinic may be removed; see --help\n" });
      expect(tree()).to.deep.equal(before);
      const { code, stdout } = await partner("remove", "clinic", "--force-references", "--yes");
      expect(code).to.equal(0);
      expect(stdout).to.include("deleted partners/acme/subscriptions/claims.yaml\n");
      expect(readdirSync(join(folder, "partners")).sort()).to.deep.equal(["README.md", "acme", "file-groups.yaml"]);
      expect(readdirSync(join(folder, "partners/acme")).sort()).to.deep.equal(["keys", "partner.yaml", "samples"]);
      expect((await check()).code).to.equal(0);
    });
  });

  describe("rotate", () => {
    it("raises the password's version", async () => {
      const { code, stdout } = await partner("rotate", "clinic", "--password", "--stack", "dev");
      expect(code).to.equal(0);
      expect(stdout).to.include("clinic gets a new password (version 2 after 1)");
      expect(stdout).to.include("--secret-id quayside/dev/login/clinic ");
      expect(read("partners/clinic/partner.yaml")).to.include("  passwordVersion: 2\n");
    });

    it("adds a key from a file, then drops the old one", async () => {
      writeFileSync(join(folder, "EDI 2027.pub"), `${otherKey} edi\n`);
      const added = await partner("rotate", "acme", "--key", "EDI 2027.pub");
      expect(added.code).to.equal(0);
      expect(added.stdout).to.include(`confirm the fingerprint of its key: ${otherFingerprint}`);
      expect(readdirSync(join(folder, "partners/acme/keys")).sort()).to.deep.equal(["edi-2027.pub", "edi.pub"]);
      expect((await partner("rotate", "acme", "--drop", "edi.pub")).code).to.equal(0);
      expect(readdirSync(join(folder, "partners/acme/keys"))).to.deep.equal(["edi-2027.pub"]);
    });

    it("refuses to drop the only key of a login without a password", async () => {
      const before = tree();
      const { code, stderr } = await partner("rotate", "acme", "--drop", "edi");
      expect(code).to.equal(1);
      expect(stderr).to.include("nobody can use this login: it has neither a password nor a key");
      expect(tree()).to.deep.equal(before);
    });

    it("pins a second host key, then ends the change", async () => {
      writeFileSync(
        join(folder, "scan"),
        `# sftp.acme.example:22 SSH-2.0-OpenSSH_9.6\nsftp.acme.example ${otherKey}\n`,
      );
      const before = read("partners/acme/partner.yaml");
      expect((await partner("rotate", "acme", "--destination", "intake", "--host-key", "scan")).code).to.equal(0);
      expect(read("partners/acme/partner.yaml").match(/- ssh-ed25519/g)).to.have.lengthOf(2);
      const { code, stdout } = await partner("rotate", "acme", "--destination", "intake", "--finish");
      expect(code).to.equal(0);
      expect(stdout).to.include(`; ${otherFingerprint} is left.`);
      expect(read("partners/acme/partner.yaml")).to.equal(before.replace(/ssh-ed25519 \S+/, otherKey));
    });

    it("says what comes next of the key that is there", async () => {
      const { stdout } = await partner("rotate", "acme", "--key", otherKey);
      expect(stdout).to.include("From the deployment on, the old and the new key log in.");
      expect(stdout).to.include("npm run partner -- rotate acme --drop edi.pub\n");
    });

    it("says what is not there to change", async () => {
      files.write(
        folderWith([{ write: "bank/partner.yaml", as: "name: B\ncontacts: [{name: B, email: b@b.example}]\n" }]),
      );
      const errors: [string[], string][] = [
        [["bank", "--password"], "bank has no login, so it has no password"],
        [["acme", "--password"], "acme has no password; its login uses keys"],
        [["bank", "--key", otherKey], "bank has no login that a key could belong to"],
        [["bank", "--destination", "x", "--host-key", otherKey], "bank has no server"],
        [["acme", "--finish"], "acme has no server with such a host key to change"],
        [
          ["clinic", "--password", "--destination", "x"],
          "--destination has no use here; it goes with --host-key or --finish",
        ],
      ];
      const before = tree();
      for (const [args, message] of errors) {
        const { code, stderr } = await partner("rotate", ...args);
        expect(stderr.startsWith(message), stderr).to.equal(true);
        expect(code).to.equal(2);
      }
      expect(tree()).to.deep.equal(before);
    });

    it("asks for one thing at a time, by name", async () => {
      expect(await partner("rotate", "acme")).to.include({
        code: 2,
        stderr: "say what to rotate: --password, --key, --drop, --host-key or --finish; see --help\n",
      });
      expect((await partner("rotate", "acme", "--password", "--finish")).stderr).to.equal(
        "rotate one thing at a time, not password and finish; see --help\n",
      );
    });
  });

  describe("show", () => {
    it("says what a partner can do, who gets its files and what it gets", async () => {
      expect(await partner("show", "acme")).to.deep.equal({
        code: 0,
        stderr: "",
        stdout: `Acme Health Plan (acme)
  People
    call Jonas Weber <mft@acme.example>
  Login
    logs in on the partner endpoint as acme-edi with 1 key, from 203.0.113.0/24
  Keys that may log in
    edi.pub: SHA256:ucwwlWVrB8jPJU+3O4u51zOuTgPCMcdVHJRfe1p6JYk (ssh-ed25519)
  Folders
    can upload into /remittances: remittances files
  What it gets
    claims files named *.json of clinic: converted json → csv (SQL), pushed to intake (quayside@sftp.acme.example), folder inbox, as {publisher}-{stem}.csv, failing where the name is taken (claims)
  Who gets its files
    /remittances: clinic (every file, as they came)
  Its servers
    intake: quayside@sftp.acme.example with a password; it shows the host key SHA256:L3k/oJubblSY0lB9Ulsl7emDMnRPKm/8udf2ccwk560 (ssh-ed25519)
  Who is told
    mft@acme.example is told of delivery.failed
`,
      });
    });

    it("shows all of them to a script that names none", async () => {
      const { stdout } = await partner("show");
      expect(stdout.match(/^\S.*\((acme|clinic)\)$/gm)).to.deep.equal([
        "Acme Health Plan (acme)",
        "Northwind Clinic (clinic)",
      ]);
    });
  });

  it("says what it knows where the command is wrong or missing", async () => {
    expect(await partner("ad")).to.deep.equal({
      code: 2,
      stdout: "",
      stderr: 'there is no command "ad"; did you mean "add"?\n',
    });
    expect((await partner()).stderr).to.match(/^npm run partner -- COMMAND/);
    expect((await partner("show", "acme", "clinic")).stderr).to.include('what is "clinic"?');
    expect((await partner("show", "--everything")).stderr).to.equal("Unknown option '--everything'; see --help\n");
    for (const command of ["add", "rename", "remove", "rotate", "show"]) {
      expect((await partner(command, "--help")).stdout).to.match(new RegExp(`^npm run partner -- ${command} `));
    }
  });

  it("ends with 130 and nothing written when it is interrupted", async () => {
    const before = tree();
    const child = start(
      "add",
      "harbor",
      "--name",
      "H",
      "--contact",
      "M <m@h.example>",
      "--login",
      "keys",
      "--key",
      "-",
    );
    // It waits for standard input once it has loaded everything else.
    child.stdin?.write("ssh-ed25519 ");
    await reading(child);
    child.kill("SIGINT");
    expect(await ended(child)).to.include({ code: 130 });
    expect(tree()).to.deep.equal(before);
  });

  it("ends as it would where nobody reads to the end", async () => {
    const child = start("show");
    if (!child.stdout || !child.stderr) throw new Error("the process has no output");
    child.stdout.destroy();
    const code = new Promise((resolve) => child.on("close", resolve));
    expect(await text(child.stderr)).to.equal("");
    expect(await code).to.equal(0);
  });

  /** The same with standard input open. */
  function start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [...nodeArguments("cli/partner.ts"), ...args], { cwd: folder });
  }

  /** Resolves once what was written to standard input has been taken. */
  function reading(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      // More than a pipe holds: it drains only when the process reads.
      const written = child.stdin?.write("A".repeat(4 * 1024 * 1024), (error) => (error ? reject(error) : resolve()));
      if (written === undefined) reject(new Error("standard input is closed"));
    });
  }

  async function ended(child: ChildProcess) {
    const code = new Promise<number | null>((resolve) => child.on("close", resolve));
    if (!child.stdout || !child.stderr) throw new Error("the process has no output");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout, stderr };
  }
});
