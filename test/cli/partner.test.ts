import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { checkPartnerFiles } from "../../cli/check-partner-files";
import { runCommand } from "../../cli/command";
import { runPartner } from "../../cli/partner/run-partner";
import { folderWith, otherKey } from "../../domain/partner-files/broken-folders/sound-folder";
import { runIn } from "./run-in";

const otherFingerprint = "SHA256:vMbaARqVciRgXyZPNHDo+P5p5WK5yWG1Oo6VC35Bomw";
const root = join(__dirname, "../..");

describe("npm run partner", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-partner-"));
    write(folderWith([]));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (files: ReadonlyMap<string, Uint8Array>) => {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, "partners", path)), { recursive: true });
      writeFileSync(join(folder, "partners", path), content);
    }
  };
  const read = (path: string) => readFileSync(join(folder, path), "utf8");
  const partner = (...args: string[]) =>
    runIn(folder, (terminal) => runPartner(args, { input: Readable.from([]), output: new PassThrough() }, terminal));
  const check = () => runIn(folder, (terminal) => runCommand(checkPartnerFiles, [], terminal));
  const tree = () =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path, "utf8")]),
    );

  /** Everything that `add` needs but one option. */
  const addOptions = {
    "--name": "Harbor Imaging",
    "--contact": "Mei <mei@harbor.example>",
    "--login": "password",
    "--receive": "claims@clinic=intake:inbox",
    "--destination": "intake=quayside@sftp.harbor.example:2022",
    "--host-key": `[sftp.harbor.example]:2022 ${otherKey}`,
    "--download": "/reports",
  };
  const add = (changed: Partial<Record<keyof typeof addOptions, string | null>> = {}, ...more: string[]) =>
    partner(
      "add",
      "harbor",
      ...Object.entries({ ...addOptions, ...changed }).flatMap(([option, value]) =>
        value === null ? [] : [option, value],
      ),
      ...more,
    );

  describe("add", () => {
    it("writes a partner that passes the checks, and says what comes next", async () => {
      const { code, stdout, stderr } = await add();
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
      expect(read("partners/harbor/partner.yaml")).to.equal(`# yaml-language-server: $schema=../.schemas/partner.json
name: Harbor Imaging
contacts:
  - name: Mei
    email: mei@harbor.example
login:
  passwordVersion: 1
folders:
  - virtualPath: /reports
    access: download
destinations:
  intake:
    host: sftp.harbor.example
    port: 2022
    username: quayside
    authentication: password
    hostKeys:
      - ${otherKey}
`);
      expect(read("partners/harbor/subscriptions/claims-clinic.yaml")).to.include("publisher: clinic\n");
      expect(stdout).to.include(`to be pinned: ${otherFingerprint} (ssh-ed25519)`);
      expect(stdout).to.include("harbor (Harbor Imaging) is a new partner");
      expect(stdout).to.include("get-secret-value --secret-id quayside/prod/login/harbor ");
      expect(stdout).to.include(
        "put-secret-value --secret-id quayside/prod/push/harbor/intake --secret-string file:///dev/stdin",
      );
      expect(await check()).to.include({
        code: 0,
        stdout: "3 partners, nothing is wrong\n",
      });
    });

    for (const [option, message] of [
      ["--name", "--name is missing: the organisation's name; see --help\n"],
      ["--contact", "--contact is missing: whom to call there, as NAME <EMAIL>; see --help\n"],
      ["--login", "--login is missing: how does it log in?; see --help\n"],
      [
        "--destination",
        "--destination is missing: its SFTP server, as NAME=USER@HOST or NAME=USER@HOST:PORT, such as intake=quayside@sftp.example.com; see --help\n",
      ],
      [
        "--host-key",
        '--host-key is missing: its host key: a file, or paste what "ssh-keyscan -p 2022 sftp.harbor.example" prints; see --help\n',
      ],
    ] as const) {
      it(`names ${option} where it is missing and nobody can be asked`, async () => {
        const before = tree();
        expect(await add({ [option]: null })).to.deep.equal({
          code: 2,
          stdout: "",
          stderr: message,
        });
        expect(tree()).to.deep.equal(before);
      });
    }

    it("refuses with the problems that there would be, and writes nothing", async () => {
      const before = tree();
      const { code, stderr } = await add({}, "--receive", "claims=intake:inbox");
      expect(code).to.equal(1);
      expect(stderr).to.match(/^partners\/harbor\/subscriptions\/claims\.yaml:3:1: a file "[^"]+" would arrive twice/);
      expect(stderr).to.match(/1 problem in 1 file\nNothing was written\.\n$/);
      expect(tree()).to.deep.equal(before);
    });

    for (const [option, value, message] of [
      ["--contact", "Ana <ana@lumen>", 'it cannot be "ana@lumen"; write an e-mail address'],
      ["--contact", "Ana", '"Ana" is not NAME <EMAIL>'],
      ["--username", "acme-edi", '"acme-edi" is already the user name of acme'],
      ["--username", "root", 'Transfer Family refuses the user name "root"'],
      ["--source", "10.0.0.1", '"10.0.0.1" has no prefix length; write 10.0.0.1/32 for this one address'],
      ["--receive", "claim@clinic=/in", 'there is no file group "claim"; did you mean "claims"?'],
      ["--receive", "claims@acme=/in", '"acme" uploads no claims; use "clinic"'],
      [
        "--receive",
        "claims@clinic=in",
        '"claims@clinic=in" is not GROUP[@PUBLISHER]=/FOLDER or GROUP[@PUBLISHER]=DESTINATION:PATH',
      ],
      ["--receive", "claims@clinic=/reports/in", '"/reports/in" and "/reports" overlap; folders may not lie'],
      ["--download", "reports", 'it cannot be "reports"; write an absolute path like "/claims"'],
      [
        "--destination",
        "in=q@h.example",
        'its name cannot be "in"; use 3 to 40 lower-case letters, digits and hyphens, with a letter first',
      ],
      ["--destination", "other=q@h.example", 'files are to be pushed to "intake", so its name cannot be "other"'],
      ["--destination", "intake=q@h.example:70000", "the port cannot be 70000; use a port up to 65535"],
      ["--destination", "intake=q@sftp://h", '"intake=q@sftp://h" is not NAME=USER@HOST[:PORT]'],
      ["--host-key", ".", ". is a folder; name a file in it"],
      ["--host-key", "scan.txt", "there is no file scan.txt"],
      ["--host-key", "~/quayside/scan.txt", "there is no file ~/quayside/scan.txt"],
      ["--notify", "ana", 'it cannot be "ana"; write an e-mail address'],
      ["--notify", "mft@acme.example", '"mft@acme.example" is told of acme already'],
      ["--owner", "org/team", 'it cannot be "org/team"; write a GitHub team or person'],
    ] as const) {
      it(`refuses ${option} ${value} before anything is compiled`, async () => {
        const before = tree();
        const isKnown = option in addOptions;
        const { code, stdout, stderr } = isKnown ? await add({ [option]: value }) : await add({}, option, value);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
        expect(stderr)
          .to.match(/^[^\n]+\n$/)
          .and.to.satisfy((line: string) => line.startsWith(`${option}: ${message}`));
        expect(tree()).to.deep.equal(before);
      });
    }

    it("refuses options that say nothing, or more than it can write", async () => {
      const before = tree();
      const pushless = { "--receive": null, "--destination": null, "--host-key": null };
      for (const [changed, more, message] of [
        [{ "--login": "internal" }, ["--source", "10.0.0.0/8"], "--source has no use with --login internal"],
        [{ "--login": "none" }, ["--username", "q"], "--username has no use with --login none"],
        [{ "--login": "none" }, ["--source", "10.0.0.0/8"], "--source has no use with --login none"],
        [{ "--login": "none" }, [], "--download has no use with --login none"],
        [{}, ["--key", "k.pub"], "--key has no use with --login password; use --login both"],
        [{ ...pushless }, ["--host-key", "scan"], "--host-key has no use without --receive GROUP=DESTINATION:PATH"],
        [{}, ["--receive", "remittances=bank:in"], '--receive: files are to be pushed to "intake" already'],
        [
          { ...pushless, "--download": null },
          [],
          "--download is missing: a folder that it downloads from, because its",
        ],
      ] as const) {
        const { code, stdout, stderr } = await add(changed, ...more);
        expect({ code, stdout }, message).to.deep.equal({ code: 2, stdout: "" });
        expect(stderr.startsWith(message), stderr).to.equal(true);
      }
      expect(tree()).to.deep.equal(before);
    });

    it("refuses a key that is private, unreadable or another partner's", async () => {
      writeFileSync(join(folder, "id_ed25519"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
      const before = tree();
      for (const [key, message] of [
        ["id_ed25519", "this is a private key; remove it from Git"],
        ["partners", "partners is a folder; name a file in it\n"],
        ["id.pub", "there is no file id.pub\n"],
        ["partners/acme/keys/edi.pub", "this is the same key as acme/keys/edi.pub; ask for another key\n"],
      ] as const) {
        const { code, stderr } = await add({ "--login": "keys" }, "--key", key);
        expect(stderr.startsWith(`--key: ${message}`), stderr).to.equal(true);
        expect(code).to.equal(2);
      }
      expect(tree()).to.deep.equal(before);
    });

    it("refuses an id that is taken, also by a folder that cannot be read, and one that was somebody's", async () => {
      writeFileSync(join(folder, "partners/acme/partner.yaml"), "name: [");
      const clinic = read("partners/clinic/partner.yaml");
      writeFileSync(join(folder, "partners/clinic/partner.yaml"), `previously: northwind\n${clinic}`);
      for (const [id, message] of [
        ["acme", 'there is a partner "acme" already'],
        ["northwind", 'clinic was "northwind" before, and keeps its files under that name'],
      ] as const) {
        expect((await partner("add", id, "--name", "Acme")).stderr).to.equal(`ID: ${message}\n`);
      }
    });

    it("writes nothing in a dry run, but says all that it would", async () => {
      const before = tree();
      const { code, stdout } = await add({}, "--dry-run");
      expect(code).to.equal(0);
      expect(stdout).to.include("created partners/harbor/partner.yaml").and.to.include("nothing was written");
      expect(tree()).to.deep.equal(before);
    });

    it("takes keys from files and from standard input, and updates CODEOWNERS", async () => {
      mkdirSync(join(folder, ".github"));
      writeFileSync(join(folder, ".github/CODEOWNERS.base"), "* @org/all\n");
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
        "--upload",
        "/in=claims",
        "--owner",
        "@org/h",
      );
      child.stdin?.end(`${otherKey} laptop@harbor\n`);
      expect(await ended(child)).to.include({ code: 0 });
      expect(read("partners/harbor/keys/laptop.pub")).to.equal(`${otherKey} laptop@harbor\n`);
      expect(read(".github/CODEOWNERS"))
        .to.include("\n/partners/harbor/ @org/h\n")
        .and.to.match(/subscriptions\/ @org\/all\n/);
    });
  });

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
      write(folderWith([{ write: "bank/partner.yaml", as: "name: B\ncontacts: [{name: B, email: b@b.example}]\n" }]));
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
    const tsx = pathToFileURL(require.resolve("tsx", { paths: [root] })).href;
    return spawn(process.execPath, ["--import", tsx, join(root, "cli/partner.ts"), ...args], { cwd: folder });
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
