import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { runPartner } from "../../cli/partner/run-partner";
import { otherKey } from "../../domain/partner-files/broken-folders/sound-folder";
import { PartnerFolder } from "./partner-folder";
import { runIn } from "./run-in";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINEj9+AyoXh8jtx4SzpKUIyk62rOBrbiEtX1y8l0UPRM";

describe("npm run partner, on a terminal", () => {
  let files: PartnerFolder;
  let folder: string;
  beforeEach(() => {
    files = new PartnerFolder();
    folder = files.path;
    writeFileSync(join(folder, "lumen.pub"), `${otherKey} ana@lumen\n`);
    writeFileSync(join(folder, "scan"), `sftp.lumen.example ${hostKey}\n`);
  });
  afterEach(() => files.remove());

  /** Runs a command with a person who types these lines, and leaves where a question comes after the last. */
  async function interview(args: readonly string[], typed: readonly string[]) {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    let shown = "";
    output.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
    });
    input.write(`${typed.join("\r")}\r\u0004`);
    const ended = await runIn(folder, (terminal) => runPartner(args, { input, output }, terminal));
    return { ...ended, shown: shown + ended.stdout };
  }
  const read = (path: string) => files.read(path);
  const check = async () => (await files.check()).stdout;

  it("asks again after every mistake, and ends with a partner that passes the checks", async () => {
    const mistakes: string[] = [];
    const wrong = (answer: string, message: string) => {
      mistakes.push(message);
      return answer;
    };
    const { code, stderr, shown } = await interview(
      ["add"],
      [
        "3M Lumen",
        wrong("acme", 'there is a partner "acme" already'),
        "",
        wrong("Ana <ana@lumen>", 'it cannot be "ana@lumen"; write an e-mail address'),
        "Ana <ana@lumen.example>",
        "keys",
        wrong("acme-edi", '"acme-edi" is already the user name of acme'),
        "",
        wrong(folder, `${folder} is a folder; name a file in it`),
        wrong("lumen.bup", "there is no file lumen.bup"),
        wrong("partners/acme/keys/edi.pub", "this is the same key as acme/keys/edi.pub"),
        "lumen.pub",
        "",
        "",
        wrong("claim", 'there is no file group "claim"; did you mean "claims"?'),
        "claims",
        wrong("clinik", '"clinik" uploads no claims; did you mean "clinic"?'),
        "clinic",
        "push",
        "",
        wrong("/down*", 'it cannot be "/down*"; write an absolute path'),
        "",
        wrong("ana", 'it cannot be "ana"; write an e-mail address'),
        wrong("mft@acme.example", '"mft@acme.example" is told of acme already'),
        "",
        wrong("in=q@sftp.lumen.example", 'its name cannot be "in"; use 3 to 40'),
        wrong("intake=q@sftp.lumen.example:70000", "the port cannot be 70000; use a port up to 65535"),
        "intake=q@sftp.lumen.example",
        "",
        wrong(folder, `${folder} is a folder; name a file in it`),
        wrong("lumen.pub-scan", "there is no file lumen.pub-scan"),
        wrong("partners/README.md", "this is not an OpenSSH public key"),
        "scan",
        "y",
      ],
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    for (const message of mistakes) expect(shown).to.include(`  ${message}`);
    expect(shown).to.include("Its id, for folder and file names [m-lumen]: ");
    expect(shown).to.include("The claims of which partner (clinic; Enter: of everyone): ");
    expect(shown).to.include("How does it get the claims?");
    expect(read("partners/m-lumen/keys/lumen.pub")).to.equal(`${otherKey} ana@lumen\n`);
    expect(await check()).to.equal("3 partners, nothing is wrong\n");
  });

  const answers = [
    ...["Lumen", "", "Ana <ana@lumen.example>", "password", "", "", "", "claims", "clinic", "push", "", "", ""],
    ...["intake=q@sftp.lumen.example", "", "scan"],
  ];
  /** The words of the one line that repeats the answers, as a shell splits them. */
  const again = (stderr: string) => {
    const [, line = ""] = /^ {2}npm run partner -- (.*)$/m.exec(stderr) ?? expect.fail(stderr);
    return execFileSync("sh", ["-c", `printf '%s\\0' ${line}`])
      .toString()
      .split("\0")
      .slice(0, -1);
  };

  it("keeps the answers where the host key is not confirmed yet", async () => {
    const { code, stderr } = await interview(["add"], [...answers, "n"]);
    expect(code).to.equal(1);
    expect(stderr).to.include("The host key is not confirmed, so nothing was written.");
    expect(existsSync(join(folder, "partners/lumen"))).to.equal(false);
    expect(await interview(again(stderr), ["y"])).to.include({ code: 0, stderr: "" });
    expect(read("partners/lumen/partner.yaml")).to.include(hostKey);
    expect(await check()).to.equal("3 partners, nothing is wrong\n");
  });

  it("keeps the answers where the checks refuse what they give", async () => {
    const clinic = read("partners/clinic/partner.yaml");
    writeFileSync(join(folder, "partners/clinic/partner.yaml"), `${clinic}phone: 112\n`);
    const { code, stderr } = await interview(
      ["add", "--login", "internal", "--key", "lumen.pub"],
      [...["O'Brien & Sons", "", "Ana <ana@lumen.example>", "", "", "claims", "", "", "", ""]],
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(/^partners\/ has 1 problem \(npm run check lists them\), and nothing is written/);
    writeFileSync(join(folder, "partners/clinic/partner.yaml"), clinic);
    expect(await interview(again(stderr), [])).to.include({ code: 0, stderr: "" });
    expect(read("partners/o-brien-sons/partner.yaml")).to.include("name: O'Brien & Sons\n");
  });

  it("offers no answer that it would refuse", async () => {
    const { shown } = await interview(["add", "--name", "3M"], ["mmm", "Ana <ana@m.example>", "password", "acme-edi"]);
    expect(shown).to.include("Its id, for folder and file names: ");
    expect(shown).to.include("User name [mmm]: ");
  });

  it("asks again after a wrong option as well", async () => {
    const { code, shown } = await interview(["show", "clinik"], ["clinic"]);
    expect(code).to.equal(0);
    expect(shown).to.include('  ID: there is no partner "clinik"; did you mean "clinic"?');
  });
});
