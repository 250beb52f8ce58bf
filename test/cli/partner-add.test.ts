import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { otherFingerprint, otherKey } from "../../domain/partner-files/broken-folders/sound-folder";
import { PartnerFolder } from "./partner-folder";

describe("npm run partner -- add", () => {
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
      [{ ...pushless, "--download": null }, [], "--download is missing: a folder that it downloads from, because its"],
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
    const { code } = await files.partnerReading(
      `${otherKey} laptop@harbor\n`,
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
    expect(code).to.equal(0);
    expect(read("partners/harbor/keys/laptop.pub")).to.equal(`${otherKey} laptop@harbor\n`);
    expect(read(".github/CODEOWNERS"))
      .to.include("\n/partners/harbor/ @org/h\n")
      .and.to.match(/subscriptions\/ @org\/all\n/);
  });
});
